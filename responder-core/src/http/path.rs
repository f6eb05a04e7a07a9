//! Paths: as they are declared, and as they arrive.

use std::{borrow::Cow, fmt, str::FromStr};

use percent_encoding::percent_decode_str;

/// A path as it is declared: segments that are fixed, and `{names}` that stand for one segment each.
///
/// ```
/// use responder_core::http::PathTemplate;
///
/// assert!("/api/emergencies/{id}/cancel".parse::<PathTemplate>().is_ok());
/// assert!("/api/emergencies/".parse::<PathTemplate>().is_err(), "a slash at the end is another path");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathTemplate {
    // Fixed segments sort before parameters, so that `/users/create` is tried before `/users/{id}`.
    segments: Vec<Segment>,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Segment {
    Fixed(String),
    Parameter(String),
}

/// Why a text is no path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a path template is / or /segments of letters, digits, - . _ ~ and {{names}}, each name once")]
pub struct PathTemplateError;

/// What stands in a path for the names of its template, decoded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Path and query as the caller wrote them, below our mount point.
#[derive(Clone, PartialEq, Eq)]
pub struct MountedPath {
    text: String,
    path_len: usize,
}

impl PathTemplate {
    /// As it is declared.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands for the names, if the path fits.
    pub(super) fn matches(&self, path: &[Cow<'_, str>]) -> Option<Params> {
        if path.len() != self.segments.len() {
            return None;
        }
        let mut params = Vec::new();
        for (segment, found) in self.segments.iter().zip(path) {
            match segment {
                Segment::Fixed(text) if text == found => {}
                Segment::Parameter(name) if !found.is_empty() => params.push((name.clone(), found.to_string())),
                Segment::Fixed(_) | Segment::Parameter(_) => return None,
            }
        }
        Some(Params(params))
    }

    /// Whether both stand for the same paths.
    pub(super) fn has_shape_of(&self, other: &Self) -> bool {
        let alike = |(ours, theirs): (&Segment, &Segment)| match (ours, theirs) {
            (Segment::Fixed(ours), Segment::Fixed(theirs)) => ours == theirs,
            (Segment::Parameter(_), Segment::Parameter(_)) => true,
            _ => false,
        };
        self.segments.len() == other.segments.len() && self.segments.iter().zip(&other.segments).all(alike)
    }

    /// The names in it, in order.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Fixed(_) => None,
        })
    }

    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Parameter(known) if known == name))
    }
}

impl FromStr for PathTemplate {
    type Err = PathTemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix('/').ok_or(PathTemplateError)?;
        let segments: Vec<Segment> = path.split('/').map(segment).collect::<Option<_>>().ok_or(PathTemplateError)?;
        let is_blank = |segment: &Segment| matches!(segment, Segment::Fixed(text) if text.is_empty());
        let parameters: Vec<&Segment> = segments.iter().filter(|s| matches!(s, Segment::Parameter(_))).collect();
        let repeats = parameters.iter().enumerate().any(|(at, name)| parameters[..at].contains(name));
        if repeats || (segments.len() > 1 && segments.iter().any(is_blank)) {
            return Err(PathTemplateError);
        }
        Ok(Self { segments, text: text.to_owned() })
    }
}

fn segment(text: &str) -> Option<Segment> {
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match name {
        Some(name) if !name.is_empty() && is_plain(name) => Some(Segment::Parameter(name.to_owned())),
        None if is_plain(text) => Some(Segment::Fixed(text.to_owned())),
        Some(_) | None => None,
    }
}

impl Params {
    /// The segment that stands for a name. Never empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl MountedPath {
    pub(super) fn of(uri: &http::Uri) -> Self {
        let text = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        let path_len = text.find('?').unwrap_or(text.len());
        Self { text, path_len }
    }

    /// Path and query.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        &self.text[..self.path_len]
    }

    /// The query, without its question mark; empty if there is none.
    pub fn query(&self) -> &str {
        self.text.get(self.path_len + 1..).unwrap_or_default()
    }
}

/// The segments of a raw path, decoded once; `None` if it is no path or no UTF-8.
pub(super) fn segments(raw_path: &str) -> Option<Vec<Cow<'_, str>>> {
    let decoded = |segment| percent_decode_str(segment).decode_utf8().ok();
    raw_path.strip_prefix('/')?.split('/').map(decoded).collect()
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Params {
    /// The names only: diagnostics must not carry what somebody sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for MountedPath {
    /// Without the query, which may hold digits and tickets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MountedPath({})", self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> PathTemplate {
        text.parse().expect(text)
    }

    #[test]
    fn templates_are_checked() {
        for good in ["/", "/a", "/a.b/{c}", "/{a}/{b}", "/openapi.json"] {
            assert_eq!(template(good).as_str(), good);
        }
        for bad in ["", "a", "//", "/a/", "/a//b", "/{}", "/{a", "/a}", "/{a}{b}", "/{a}/{a}", "/a b", "/a%20", "/a?b"]
        {
            assert_eq!(bad.parse::<PathTemplate>(), Err(PathTemplateError), "{bad}");
        }
    }

    #[test]
    fn paths_fit_as_a_whole_and_are_decoded_once() {
        let fits = |text: &str, path: &str| {
            let params = template(text).matches(&segments(path)?)?;
            Some(params.0.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join("|"))
        };
        let cases = [
            ("/", "/", Some("")),
            ("/a", "/a", Some("")),
            ("/a", "/%61", Some("")),
            ("/a", "/a/", None),
            ("/a", "/A", None),
            ("/a", "//a", None),
            ("/a", "a", None),
            ("/a/{b}", "/a/x%2Fy%2520", Some("x/y%20")),
            ("/a/{b}", "/a/", None),
            ("/a/{b}", "/a/%ff", None),
            ("/{a}/b/{c}", "/1/b/2", Some("1|2")),
            ("/a", "*", None),
        ];
        for (text, path, expected) in cases {
            assert_eq!(fits(text, path).as_deref(), expected, "{text} {path}");
        }
    }

    #[test]
    fn fixed_segments_are_tried_first() {
        let mut templates = [template("/users/{id}"), template("/{any}/create"), template("/users/create")];
        templates.sort();
        assert_eq!(templates.map(|t| t.text), ["/users/create", "/users/{id}", "/{any}/create"]);
        assert!(template("/a/{b}").has_shape_of(&template("/a/{c}")));
        assert!(!template("/a/{b}").has_shape_of(&template("/a/b")));
    }

    #[test]
    fn a_target_is_kept_as_it_was_written() {
        let target = MountedPath::of(&"http://host/a%20b?c=%2B#d".parse().expect("a URI"));
        assert_eq!((target.as_str(), target.path(), target.query()), ("/a%20b?c=%2B", "/a%20b", "c=%2B"));
        let target = MountedPath::of(&"http://host".parse().expect("a URI"));
        assert_eq!((target.as_str(), target.query()), ("/", ""));
        assert_eq!(format!("{:?}", MountedPath::of(&"/a?ticket=1".parse().expect("a URI"))), "MountedPath(/a)");
    }
}
