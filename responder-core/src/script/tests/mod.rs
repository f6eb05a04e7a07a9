mod hostile;
mod spoken;
mod stage;
mod written;
