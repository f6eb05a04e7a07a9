//! Verbs that hold a caller.

use super::Method;
use crate::twiml::macros::element;

element! {
    /// Puts the call into the queue of that name, which comes into being with its first caller.
    Enqueue = "Enqueue"
    content
    /// The name of the queue, at most 64 characters.
    name
    attributes {
        /// What is played or said meanwhile: asked for again whenever it ends. Empty is silence.
        wait_url = "waitUrl" text,
        /// How it is requested; sound files want `GET`.
        wait_url_method = "waitUrlMethod" one Method,
        /// What comes after: requested at once when the call leaves the queue by itself or hangs up, and after the
        /// talk when somebody dialled the queue. Without one, the next verb runs.
        action = "action" text,
        /// How `action` is requested.
        method = "method" one Method,
        /// How many callers the queue takes.
        max_queue_size = "maxQueueSize" number,
        /// The workflow that routes the call, where the provider has one.
        workflow_sid = "workflowSid" text,
    }
}

element! {
    /// Takes the call out of its queue; the verb after its [`Enqueue`] comes next, or its `action`.
    Leave = "Leave"
}
