//! How the typed elements are written down: one table row per attribute and per child.

/// Declares a typed element as a thin cover over [`Element`](super::Element).
///
/// The attribute kinds are `text` (anything that becomes a `String`), `number`, `flag`, `one Enum` and `list Enum`
/// (words separated by blanks). A child is taken as anything that converts into its type, so that the elements that
/// hold little more than a text can be given as the text.
macro_rules! element {
    (
        $(#[$doc:meta])*
        $name:ident = $tag:literal
        $(content $(#[$new_doc:meta])* $content:ident)?
        $(attributes { $( $(#[$attribute_doc:meta])* $setter:ident = $attribute:literal $kind:ident $($values:ident)? , )* })?
        $(children { $( $(#[$child_doc:meta])* $child:ident : $child_type:ident , )* })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name($crate::twiml::Element);

        impl $name {
            const NAME: $crate::twiml::Name = $crate::twiml::Name::from_static($tag);

            element!(@new $name $($(#[$new_doc])* $content)?);

            $($( element!(@attribute $(#[$attribute_doc])* $setter $attribute $kind $($values)?); )*)?

            $($(
                $(#[$child_doc])*
                #[must_use]
                pub fn $child(mut self, $child: impl Into<$child_type>) -> Self {
                    self.0.push($child.into().into());
                    self
                }
            )*)?
        }

        impl From<$name> for $crate::twiml::Element {
            fn from(typed: $name) -> Self {
                typed.0
            }
        }

        element!(@conversions $name $($content)?);

        /// Builds the element as a test case describes it, through the public methods; `None` if they can't.
        #[cfg(test)]
        #[allow(unused_mut, unused_variables, unreachable_code, reason = "some elements have no attributes or children")]
        impl $crate::twiml::tests::FromCase for $name {
            fn from_case(case: &$crate::twiml::tests::Case) -> Option<Self> {
                let mut built = element!(@case_content case $($content)?);
                for (attribute, value) in case.attributes() {
                    built = match attribute {
                        $($( $attribute => element!(@case_attribute built $setter value $kind $($values)?), )*)?
                        _ => return None,
                    };
                }
                for child in case.children() {
                    built = match child.tag()? {
                        $($(
                            stringify!($child_type) => built.$child(<$child_type as $crate::twiml::tests::FromCase>::from_case(child)?),
                        )*)?
                        _ => return None,
                    };
                }
                Some(built)
            }
        }
    };

    (@case_content $case:ident) => { $case.without_text().map(|()| Self::new())? };
    (@case_content $case:ident $content:ident) => { Self::new($case.text()) };
    (@case_attribute $built:ident $setter:ident $value:ident text) => { $built.$setter($value.as_str()?) };
    (@case_attribute $built:ident $setter:ident $value:ident flag) => { $built.$setter($value.as_bool()?) };
    (@case_attribute $built:ident $setter:ident $value:ident number) => {
        $built.$setter(u32::try_from($value.as_u64()?).ok()?)
    };
    (@case_attribute $built:ident $setter:ident $value:ident one $values:ident) => {
        $built.$setter($values::ALL.iter().copied().find(|word| $value == word.as_str())?)
    };
    (@case_attribute $built:ident $setter:ident $value:ident list $values:ident) => {
        $built.$setter($value.as_str()?.split(' ').map(|text| {
            $values::ALL.iter().copied().find(|word| word.as_str() == text)
        }).collect::<Option<Vec<_>>>()?)
    };

    (@new $name:ident) => {
        /// The bare element.
        pub fn new() -> Self {
            Self($crate::twiml::Element::named(Self::NAME))
        }
    };
    (@new $name:ident $(#[$doc:meta])* $content:ident) => {
        $(#[$doc])*
        pub fn new($content: impl Into<String>) -> Self {
            Self($crate::twiml::Element::named(Self::NAME).text($content))
        }
    };

    (@conversions $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@conversions $name:ident $content:ident) => {
        impl From<&str> for $name {
            fn from($content: &str) -> Self {
                Self::new($content)
            }
        }

        impl From<String> for $name {
            fn from($content: String) -> Self {
                Self::new($content)
            }
        }
    };

    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal text) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl Into<String>) -> Self {
            self.0.set_attribute(const { $crate::twiml::Name::from_static($attribute) }, $setter);
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal number) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: u32) -> Self {
            self.0.set_attribute(const { $crate::twiml::Name::from_static($attribute) }, $setter.to_string());
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal flag) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: bool) -> Self {
            self.0.set_attribute(const { $crate::twiml::Name::from_static($attribute) }, $setter.to_string());
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal one $values:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: $values) -> Self {
            self.0.set_attribute(const { $crate::twiml::Name::from_static($attribute) }, $setter.as_str());
            self
        }
    };
    (@attribute $(#[$doc:meta])* $setter:ident $attribute:literal list $values:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl IntoIterator<Item = $values>) -> Self {
            let words: Vec<&str> = $setter.into_iter().map($values::as_str).collect();
            self.0.set_attribute(const { $crate::twiml::Name::from_static($attribute) }, words.join(" "));
            self
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
            $( $(#[$word_doc])* $variant, )*
        }

        impl $name {
            /// Every value, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it stands in a document.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

pub(super) use {element, words};
