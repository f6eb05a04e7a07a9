//! A post office that can't be relied on.

use std::sync::Arc;

use async_trait::async_trait;
use responder::{
    notify::{Notifier, NotifyError},
    script::Mail,
};

use super::Sabotage;

#[derive(Debug)]
pub(super) struct BadPost {
    pub(super) inner: Arc<dyn Notifier>,
    pub(super) sabotage: Sabotage,
}

#[async_trait]
impl Notifier for BadPost {
    async fn send_mail(&self, to: &[String], mail: &Mail) -> Result<(), NotifyError> {
        let is_report = mail.subject.contains("is over");
        match self.sabotage {
            Sabotage::DropsReports if is_report => Ok(()),
            Sabotage::ReportsTooEarly if !is_report => {
                let place = mail.subject.find(',').unwrap_or(mail.subject.len());
                let subject = format!("{} is over{}", &mail.subject[..place], &mail.subject[place..]);
                self.inner.send_mail(to, &Mail { subject, ..mail.clone() }).await
            }
            Sabotage::ReportsTalks if is_report => {
                let text = "This emergency is over: the technician and the customer have spoken.".to_owned();
                self.inner.send_mail(to, &Mail { text, ..mail.clone() }).await
            }
            _ => self.inner.send_mail(to, mail).await,
        }
    }
}
