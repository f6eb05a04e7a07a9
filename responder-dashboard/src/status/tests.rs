//! The page, before and after something has happened.
