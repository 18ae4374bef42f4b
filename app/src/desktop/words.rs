//! The words of the window, from `locales/*.ftl`.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language the window speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Language {
    /// Spanish.
    #[default]
    Spanish,
    /// English.
    English,
}

impl Language {
    /// The language's tag: `es`, `en`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::English => "en",
        }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Spanish => Self::English,
            Self::English => Self::Spanish,
        }
    }

    /// The source of its words.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::Spanish => include_str!("../../locales/es.ftl"),
            Self::English => include_str!("../../locales/en.ftl"),
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "es" => Ok(Self::Spanish),
            "en" => Ok(Self::English),
            _ => Err(format!("“{text}” is not a language of the window; use es or en")),
        }
    }
}

/// Words of one language, ready to format.
pub(crate) struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// Reads the language's words.
    pub(crate) fn new(language: Language) -> Self {
        let tag: LanguageIdentifier =
            language.code().parse().expect("the codes of the languages are tags");
        let mut bundle = FluentBundle::new(vec![tag]);
        // Isolation marks would end up in names that tests and readers compare.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(language.source().to_owned())
            .unwrap_or_else(|(_, errors)| panic!("locale {}: {errors:?}", language.code()));
        bundle.add_resource(resource).expect("a locale names each message once");
        Self { language, bundle }
    }

    /// The language.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// The text of a message. Called through [`tr!`], whose keys a test checks.
    pub(crate) fn text(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            debug_assert!(false, "no message {key}");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let args: FluentArgs<'_> = args.iter().cloned().collect();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "message {key}: {errors:?}");
        text
    }
}

/// A message in the window's language: `tr!(words, "pay")`,
/// `tr!(words, "items", n = 3)`.
macro_rules! tr {
    ($words:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $words.text($key, &[$((stringify!($name), $value.into())),*])
    };
}
pub(crate) use tr;
