//! How the language is written down: one table for each element, one for each list of words.

/// Declares an element: its type (a thin cover over [`Element`](super::Element)), the methods that set and read its
/// attributes, those that add children, the enum of its children, and its entry in [`SCHEMA`](super::SCHEMA).
///
/// ```text
/// /// What it is.
/// Type = "tag" in "module"
/// content KIND /// What the text says. name
/// attributes { /// What it says. setter = "name" kind Words, ... }
/// children Enum { /// What it does there. method: Type, ... }
/// ```
///
/// The text is `required`; `optional`, so that there is a `Default` without it; `mixed` with children, in any order; or
/// `by_hand`: optional, with a constructor that the file itself gives.
///
/// The kinds of attribute are `text`, `number`, `numbers`, `flag`, `one Words`, `list Words` (with blanks between
/// them), `open Words` (the provider adds words) and `hint Words` (free text, and these are usual). A child is taken as
/// anything that converts into its type, so that elements that hold little more than a text can be given as the text.
macro_rules! element {
    (
        $(#[$doc:meta])*
        $name:ident = $tag:literal in $module:literal
        $(content $content_kind:ident $(#[$new_doc:meta])* $content:ident)?
        $(attributes { $( $(#[$attribute_doc:meta])* $setter:ident = $attribute:literal $kind:ident $($values:ident)? , )* })?
        $(children $children:ident { $( $(#[$child_doc:meta])* $child:ident : $child_type:ident , )* })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name($crate::twiml::Element);

        impl $name {
            /// The element and all that it may have, as data.
            pub const SCHEMA: $crate::twiml::ElementSchema = $crate::twiml::ElementSchema {
                path: Self::PATH,
                tag: $tag,
                content: element!(@content $($content_kind)?),
                attributes: &[$($( $crate::twiml::AttributeSchema {
                    name: $attribute,
                    setter: stringify!($setter),
                    values: element!(@values $kind $($values)?),
                } ),*)?],
                children: &[$($( $crate::twiml::ChildSchema {
                    tag: <$child_type>::TAG,
                    path: <$child_type>::PATH,
                    method: stringify!($child),
                } ),*)?],
            };
            pub(in $crate::twiml) const PATH: &'static str = concat!($module, "::", stringify!($name));
            pub(in $crate::twiml) const TAG: &'static str = $tag;

            fn bare() -> Self {
                Self($crate::twiml::Element::known($crate::twiml::markup::known!(tag $tag)))
            }

            element!(@new $name $($content_kind $(#[$new_doc])* $content)?);

            $($( element!(@attribute $(#[$attribute_doc])* $setter $attribute $kind $($values)?); )*)?

            $($(
                $(#[$child_doc])*
                #[must_use]
                #[allow(clippy::should_implement_trait, reason = "`sub` is a word of speech markup")]
                pub fn $child(mut self, $child: impl Into<$child_type>) -> Self {
                    self.0.push($child.into().into());
                    self
                }
            )*)?

            /// Adds an element that has no type here, or that may not stand here as far as is known.
            #[must_use]
            pub fn element(mut self, element: impl Into<$crate::twiml::Element>) -> Self {
                self.0.push(element.into());
                self
            }

            /// Sets an attribute that has no method here, or to a value that the method does not take.
            #[must_use]
            pub fn other_attribute(
                mut self,
                name: $crate::twiml::Name,
                value: impl Into<std::borrow::Cow<'static, str>>,
            ) -> Self {
                self.0.set_attribute(name, value);
                self
            }

            /// What its attributes say.
            pub fn read(&self) -> $crate::twiml::Read<'_, Self> {
                $crate::twiml::Read::new(&self.0)
            }

            /// Its text, white space as it is written; of mixed content only what stands directly in it.
            pub fn inner_text(&self) -> String {
                self.0.inner_text()
            }

            /// The tree underneath.
            pub fn as_element(&self) -> &$crate::twiml::Element {
                &self.0
            }

            /// What it has that the language does not know, in the order of the document.
            pub fn problems(&self) -> Vec<$crate::twiml::Problem> {
                $crate::twiml::problem::problems(&self.0, &Self::SCHEMA)
            }

            $(
                /// What stands in it, in order; nothing is lost.
                pub fn into_children(self) -> Vec<$children> {
                    self.0.into_children().into_iter().map($children::from).collect()
                }
            )?

            pub(in $crate::twiml) fn covering(element: $crate::twiml::Element) -> Self {
                Self(element)
            }
        }

        impl<'a> $crate::twiml::Read<'a, $name> {
            $($( element!(@getter $(#[$attribute_doc])* $setter $attribute $kind $($values)?); )*)?
        }

        impl From<$name> for $crate::twiml::Element {
            fn from(typed: $name) -> Self {
                typed.0
            }
        }

        impl TryFrom<$crate::twiml::Element> for $name {
            type Error = $crate::twiml::WrongElement;

            /// Takes any element of that name: what is in it is seen by `read` and `problems`.
            fn try_from(element: $crate::twiml::Element) -> Result<Self, Self::Error> {
                if element.name() == Self::TAG {
                    Ok(Self::covering(element))
                } else {
                    Err($crate::twiml::WrongElement::new(Self::TAG, &element))
                }
            }
        }

        element!(@conversions $name $($content_kind $content)?);

        $( element!(@children $name $children { $( $(#[$child_doc])* $child_type, )* }); )?

        /// Builds the element as a test case describes it, through the public methods; `None` if they can't.
        #[cfg(test)]
        #[allow(unused_mut, unused_variables, unreachable_code, reason = "some elements have no attributes or children")]
        impl $crate::twiml::tests::FromCase for $name {
            fn from_case(case: &$crate::twiml::tests::Case) -> Option<Self> {
                let mut built = element!(@case_content case $($content_kind)?);
                for (attribute, value) in case.attributes() {
                    built = match attribute {
                        $($( $attribute => element!(@case_attribute built $setter value $kind $($values)?), )*)?
                        _ => return None,
                    };
                }
                for child in case.children() {
                    built = match child.tag() {
                        $($(
                            Some(<$child_type>::TAG) => {
                                built.$child(<$child_type as $crate::twiml::tests::FromCase>::from_case(child)?)
                            }
                        )*)?
                        None => element!(@case_text built child $($content_kind)?),
                        Some(_) => return None,
                    };
                }
                Some(built)
            }
        }
    };

    (@content) => { $crate::twiml::Content::None };
    (@content required) => { $crate::twiml::Content::Required };
    (@content $optional:ident) => { $crate::twiml::Content::Optional };

    (@values text) => { $crate::twiml::Values::Text };
    (@values number) => { $crate::twiml::Values::Number };
    (@values numbers) => { $crate::twiml::Values::Numbers };
    (@values flag) => { $crate::twiml::Values::Flag };
    (@values one $values:ident) => { $crate::twiml::Values::Word($values::WORDS) };
    (@values open $values:ident) => { $crate::twiml::Values::OpenWord($values::WORDS) };
    (@values list $values:ident) => { $crate::twiml::Values::Words($values::WORDS) };
    (@values hint $values:ident) => { $crate::twiml::Values::Text };

    (@new $name:ident) => {
        /// The bare element.
        pub fn new() -> Self {
            Self::bare()
        }
    };
    (@new $name:ident by_hand $(#[$doc:meta])* $content:ident) => { element!(@new $name); };
    (@new $name:ident mixed $(#[$doc:meta])* $content:ident) => {
        element!(@new $name optional $(#[$doc])* $content);

        /// Goes on with this text, after what stands in it so far.
        #[must_use]
        pub fn text(mut self, text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
            self.0.push_text(text);
            self
        }
    };
    (@new $name:ident $kind:ident $(#[$doc:meta])* $content:ident) => {
        $(#[$doc])*
        pub fn new($content: impl Into<std::borrow::Cow<'static, str>>) -> Self {
            Self(Self::bare().0.text($content))
        }
    };

    (@conversions $name:ident) => {
        impl Default for $name {
            /// The bare element.
            fn default() -> Self {
                Self::bare()
            }
        }
    };
    (@conversions $name:ident by_hand $content:ident) => { element!(@conversions $name); };
    (@conversions $name:ident required $content:ident) => {
        impl From<&'static str> for $name {
            fn from($content: &'static str) -> Self {
                Self::new($content)
            }
        }

        impl From<String> for $name {
            fn from($content: String) -> Self {
                Self::new($content)
            }
        }
    };
    (@conversions $name:ident $optional:ident $content:ident) => {
        element!(@conversions $name);
        element!(@conversions $name required $content);
    };

    (@children $name:ident $children:ident { $( $(#[$child_doc:meta])* $child_type:ident, )* }) => {
        #[doc = concat!("What stands in a [`", stringify!($name), "`].")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $children {
            $( $(#[$child_doc])* $child_type($child_type), )*
            /// Text between the elements, often nothing but white space.
            Text(std::borrow::Cow<'static, str>),
            /// An element that is not known here, or may not stand here.
            Other($crate::twiml::Element),
        }

        impl $children {
            /// The tree underneath; none of text.
            pub fn as_element(&self) -> Option<&$crate::twiml::Element> {
                match self {
                    $( Self::$child_type(child) => Some(child.as_element()), )*
                    Self::Text(_) => None,
                    Self::Other(element) => Some(element),
                }
            }
        }

        impl From<$crate::twiml::Node> for $children {
            fn from(node: $crate::twiml::Node) -> Self {
                match node {
                    $crate::twiml::Node::Text(text) => Self::Text(text),
                    $crate::twiml::Node::Element(element) => element.into(),
                }
            }
        }

        impl From<$crate::twiml::Element> for $children {
            fn from(element: $crate::twiml::Element) -> Self {
                match element.name() {
                    $( <$child_type>::TAG => Self::$child_type(<$child_type>::covering(element)), )*
                    _ => Self::Other(element),
                }
            }
        }

        impl From<$children> for $crate::twiml::Node {
            fn from(child: $children) -> Self {
                match child {
                    $( $children::$child_type(child) => Self::Element(child.into()), )*
                    $children::Text(text) => Self::Text(text),
                    $children::Other(element) => Self::Element(element),
                }
            }
        }

        $(
            impl From<$child_type> for $children {
                fn from(child: $child_type) -> Self {
                    Self::$child_type(child)
                }
            }
        )*
    };

    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal text) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl Into<std::borrow::Cow<'static, str>>) -> Self {
            self.0.set_known($crate::twiml::markup::known!(key $attribute), $setter);
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal number) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: u32) -> Self {
            self.0.set_known($crate::twiml::markup::known!(key $attribute),
                $crate::twiml::text::number($setter),
            );
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal numbers) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl IntoIterator<Item = u32>) -> Self {
            let numbers: Vec<String> = $setter.into_iter().map(|number| number.to_string()).collect();
            self.0.set_known($crate::twiml::markup::known!(key $attribute), numbers.join(" "));
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal flag) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: bool) -> Self {
            let word = if $setter { "true" } else { "false" };
            self.0.set_known($crate::twiml::markup::known!(key $attribute), word);
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal one $values:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: $values) -> Self {
            self.0.set_known($crate::twiml::markup::known!(key $attribute), $setter.as_str());
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal list $values:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl IntoIterator<Item = $values>) -> Self {
            let words: Vec<&str> = $setter.into_iter().map($values::as_str).collect();
            self.0.set_known($crate::twiml::markup::known!(key $attribute), words.join(" "));
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal $open:ident $values:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl Into<$crate::twiml::Open<$values>>) -> Self {
            self.0.set_known($crate::twiml::markup::known!(key $attribute), $setter.into());
            self
        }
    };

    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal text) => {
        $(#[$doc])*
        pub fn $setter(&self) -> Option<&'a str> {
            self.element().get($attribute)
        }
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal number) => {
        element!(@checked $(#[$doc])* $setter $attribute u32, "a whole number", |text| text.parse().ok());
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal numbers) => {
        element!(@checked $(#[$doc])* $setter $attribute Vec<u32>, "whole numbers", |text| {
            $crate::twiml::reading::list(text, |number| number.parse().ok())
        });
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal flag) => {
        element!(@checked $(#[$doc])* $setter $attribute bool, "true or false", $crate::twiml::reading::flag);
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal one $values:ident) => {
        element!(@checked $(#[$doc])* $setter $attribute $values, "one of its words", $values::from_word);
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal list $values:ident) => {
        element!(@checked $(#[$doc])* $setter $attribute Vec<$values>, "some of its words", |text| {
            $crate::twiml::reading::list(text, $values::from_word)
        });
    };
    (@getter $(#[$doc:meta])* $setter:ident $attribute:literal $open:ident $values:ident) => {
        $(#[$doc])*
        pub fn $setter(&self) -> Option<$crate::twiml::Open<$values>> {
            let text = self.element().get($attribute)?;
            let known = $values::from_word(text.trim()).map($crate::twiml::Open::Known);
            Some(known.unwrap_or_else(|| $crate::twiml::Open::from(text.to_owned())))
        }
    };

    (@checked $(#[$doc:meta])* $setter:ident $attribute:literal $type:ty, $wanted:literal, $read:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        #[doc = concat!("[`ValueError`](crate::twiml::ValueError) if the value is not ", $wanted, ".")]
        pub fn $setter(&self) -> Result<Option<$type>, $crate::twiml::ValueError> {
            $crate::twiml::reading::value(self.element(), $attribute, $wanted, $read)
        }
    };

    (@case_content $case:ident) => { $case.without_text().map(|()| Self::new())? };
    (@case_content $case:ident by_hand) => { Self::with_text($case.text()) };
    (@case_content $case:ident $kind:ident) => { Self::new($case.text()) };
    (@case_text $built:ident $child:ident mixed) => { $built.text($child.text()) };
    (@case_text $built:ident $child:ident $($kind:ident)?) => { return None };
    (@case_attribute $built:ident $setter:ident $value:ident text) => { $built.$setter($value.as_str()?.to_owned()) };
    (@case_attribute $built:ident $setter:ident $value:ident flag) => { $built.$setter($value.as_bool()?) };
    (@case_attribute $built:ident $setter:ident $value:ident number) => {
        $built.$setter(u32::try_from($value.as_u64()?).ok()?)
    };
    (@case_attribute $built:ident $setter:ident $value:ident numbers) => {
        $built.$setter([u32::try_from($value.as_u64()?).ok()?])
    };
    (@case_attribute $built:ident $setter:ident $value:ident one $values:ident) => {
        $built.$setter($values::from_word($value.as_str()?)?)
    };
    (@case_attribute $built:ident $setter:ident $value:ident list $values:ident) => {
        $built.$setter($value.as_str()?.split(' ').map($values::from_word).collect::<Option<Vec<_>>>()?)
    };
    (@case_attribute $built:ident $setter:ident $value:ident hint $values:ident) => {
        $built.$setter($value.as_str()?.to_owned())
    };
    (@case_attribute $built:ident $setter:ident $value:ident open $values:ident) => {
        $built.$setter($values::from_word($value.as_str()?)?)
    };
}

/// What only the root of a document has.
macro_rules! response {
    () => {
        impl Response {
            /// Reads a document. What the language does not know stays in it: see [`problems`](Self::problems).
            ///
            /// # Errors
            /// [`ParseError`](crate::twiml::ParseError), with line and column, if it is no well-formed XML (see
            /// [`Element::parse`](crate::twiml::Element::parse)) or no `<Response>`.
            pub fn parse(document: &str) -> Result<Self, $crate::twiml::ParseError> {
                $crate::twiml::parse::response(document).map(Self::covering)
            }

            /// Appends the whole document, with its declaration, to a buffer that can be used again and again.
            pub fn write_into(&self, buffer: &mut String) {
                self.0.write_into(buffer);
            }
        }

        impl std::fmt::Display for Response {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for Response {
            type Err = $crate::twiml::ParseError;

            fn from_str(document: &str) -> Result<Self, Self::Err> {
                Self::parse(document)
            }
        }
    };
}

/// Declares an enum of the words that an attribute takes.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$word_doc:meta])* $variant:ident = $word:literal , )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$word_doc])*
                #[doc = concat!("`", $word, "`")]
                $variant,
            )*
        }

        impl $name {
            /// Every value, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Every word, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word as it stands in a document.
            pub const fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The value of a word, which is case-sensitive; `None` if it is not known here.
            pub fn from_word(word: &str) -> Option<Self> {
                let at = Self::WORDS.iter().position(|known| *known == word)?;
                Self::ALL.get(at).copied()
            }
        }

        impl $crate::twiml::Open<$name> {
            /// The word as it stands in a document.
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Known(word) => word.as_str(),
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&'static str> for $crate::twiml::Open<$name> {
            fn from(word: &'static str) -> Self {
                Self::Other(word.into())
            }
        }

        impl From<String> for $crate::twiml::Open<$name> {
            fn from(word: String) -> Self {
                Self::Other(word.into())
            }
        }

        impl From<$crate::twiml::Open<$name>> for std::borrow::Cow<'static, str> {
            fn from(word: $crate::twiml::Open<$name>) -> Self {
                match word {
                    $crate::twiml::Open::Known(word) => word.as_str().into(),
                    $crate::twiml::Open::Other(word) => word,
                }
            }
        }
    };
}

pub(super) use {element, response, words};
