//! Verbs that hold a caller.

use super::Method;
use crate::twiml::macros::element;

element! {
    /// Puts the call into the queue of that name, which comes into being with its first caller.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Enqueue, Response};
    ///
    /// let document = Response::new().enqueue(Enqueue::new("emergency-1").wait_url("/hold"));
    /// let expected = r#"<Response><Enqueue waitUrl="/hold">emergency-1</Enqueue></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Enqueue = "Enqueue" in "voice"
    content optional
    /// The name of the queue, at most 64 characters. Empty for a workflow's.
    name
    attributes {
        /// What is played or said meanwhile: asked for again whenever it ends. Empty is silence.
        wait_url = "waitUrl" text,
        /// How it is requested; sound files want `GET`.
        wait_url_method = "waitUrlMethod" hint Method,
        /// What comes after: requested at once when the call leaves the queue by itself or hangs up, and after the
        /// talk when somebody dialled the queue. Without one, the next verb runs.
        action = "action" text,
        /// How `action` is requested.
        method = "method" hint Method,
        /// How many callers the queue takes.
        max_queue_size = "maxQueueSize" number,
        /// The workflow that routes the call, where the provider has one.
        workflow_sid = "workflowSid" text,
    }
    children EnqueueChild {
        /// What a workflow knows about the caller.
        task: Task,
    }
}

element! {
    /// What a workflow knows about the caller whom it routes.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Enqueue, Response, Task};
    ///
    /// let document = Response::new().enqueue(Enqueue::default().workflow_sid("WW0").task(Task::new("{}").priority(5)));
    /// let expected = r#"<Response><Enqueue workflowSid="WW0"><Task priority="5">{}</Task></Enqueue></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Task = "Task" in "voice"
    content required
    /// The attributes of the task, a JSON object.
    body
    attributes {
        /// Higher comes first; 0 if nothing is said.
        priority = "priority" number,
        /// How many seconds the task may wait.
        timeout_secs = "timeout" number,
    }
}

element! {
    /// Takes the call out of its queue; the verb after its [`Enqueue`] comes next, or its `action`.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Leave, Response};
    ///
    /// let document = Response::new().leave(Leave::new());
    /// assert!(document.to_string().ends_with("<Response><Leave/></Response>"));
    /// ```
    Leave = "Leave" in "voice"
}
