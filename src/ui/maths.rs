//! Functions of real numbers for what is drawn. In a browser they are the browser's own, which a program need not carry; where the page
//! writer draws there is none. Nothing of a run depends on them.

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $browser:ident;)+) => { $(
        $(#[$doc])*
        pub fn $name($($argument: f64),+) -> f64 {
            #[cfg(target_arch = "wasm32")]
            return js_sys::Math::$browser($($argument),+);
            #[cfg(not(target_arch = "wasm32"))]
            return libm::$name($($argument),+);
        }
    )+ };
}

functions! {
    /// The sine of an angle in radians.
    sin(angle) = sin;
    /// The cosine of an angle in radians.
    cos(angle) = cos;
    /// The angle of a direction in radians.
    atan2(y, x) = atan2;
    /// The decimal logarithm.
    log10(value) = log10;
    /// `base` to the power of `exponent`.
    pow(base, exponent) = pow;
}
