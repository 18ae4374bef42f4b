//! Code points of the bundled subset of Lucide.

macro_rules! icons {
    ($($name:ident = $point:literal;)+) => {
        $(pub(crate) const $name: char = $point;)+

        #[cfg(test)]
        pub(crate) const ALL: &[char] = &[$($name),+];
    };
}

icons! {
    APPLE = '\u{e34e}';
    ARROW_LEFT = '\u{e048}';
    BANKNOTE = '\u{e052}';
    BEEF = '\u{e3a5}';
    CHECK = '\u{e06c}';
    CIRCLE_ALERT = '\u{e077}';
    CIRCLE_CHECK = '\u{e226}';
    CLOCK = '\u{e087}';
    CLOUD_UPLOAD = '\u{e091}';
    COFFEE = '\u{e096}';
    COOKIE = '\u{e26b}';
    CROISSANT = '\u{e2ae}';
    CUP_SODA = '\u{e2d1}';
    DELETE = '\u{e0ae}';
    GIT_PULL_REQUEST_ARROW = '\u{e555}';
    HASH = '\u{e0ef}';
    HOUSE = '\u{e0f5}';
    KEY_ROUND = '\u{e4a3}';
    LANGUAGES = '\u{e0fe}';
    LINK = '\u{e102}';
    LOG_OUT = '\u{e10e}';
    MILK = '\u{e399}';
    MINUS = '\u{e11c}';
    MONITOR = '\u{e11d}';
    MOON = '\u{e11e}';
    PACKAGE = '\u{e129}';
    PLUS = '\u{e13d}';
    QR_CODE = '\u{e1df}';
    RECEIPT_TEXT = '\u{e5ac}';
    SEARCH = '\u{e151}';
    SEND = '\u{e152}';
    SERVER = '\u{e153}';
    SHIELD_CHECK = '\u{e1ff}';
    SHOPPING_BASKET = '\u{e4ea}';
    SPRAY_CAN = '\u{e495}';
    SUN = '\u{e178}';
    TAG = '\u{e17f}';
    TRASH = '\u{e18e}';
    TRIANGLE_ALERT = '\u{e193}';
    USER = '\u{e19f}';
    USERS = '\u{e1a4}';
    WAYPOINTS = '\u{e542}';
    WIFI_OFF = '\u{e1af}';
    X = '\u{e1b2}';
}
