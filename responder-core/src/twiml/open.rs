//! Words of lists that the provider makes longer without notice.

use std::borrow::Cow;

/// A word that is known, or any other text: the value of attributes whose list of words the provider makes longer
/// without notice, such as voices, and of those that are free text with a few words in common use, such as methods.
///
/// ```
/// use responder_core::twiml::{Open, voice::{Say, Voice}};
///
/// let known = Say::new("Hello").voice(Voice::PollyAmy);
/// assert_eq!(known, Say::new("Hello").voice("Polly.Amy"), "the same document");
/// assert_eq!(known.read().voice(), Some(Open::Known(Voice::PollyAmy)));
///
/// let new = Say::new("Hello").voice("Polly.Nova");
/// assert_eq!(new.read().voice(), Some(Open::Other("Polly.Nova".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Open<T> {
    /// A word that has a name here.
    Known(T),
    /// Any other text. Given as a text, a known word is the same to the provider.
    Other(Cow<'static, str>),
}

impl<T> From<T> for Open<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}
