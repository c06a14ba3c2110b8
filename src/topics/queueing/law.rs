//! How service times and the gaps between arrivals vary: distributions by mean and variability, drawn from uniform numbers.

/// A distribution of service times. The mean is set apart; this is the shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Law {
    /// Memoryless: C² = 1.
    Exponential,
    /// All alike: C² = 0.
    Constant,
    /// Four exponential phases in a row: C² = 1/4.
    Erlang4,
    /// Many short ones and some long ones, each exponential: C² = 4.
    Hyper4,
    /// The same, further apart: C² = 16.
    Hyper16,
    /// The product of many factors: C² = 4.
    Lognormal4,
}

/// In the order of the param's values. Append only.
pub const LAWS: [Law; 6] = [Law::Exponential, Law::Constant, Law::Erlang4, Law::Hyper4, Law::Hyper16, Law::Lognormal4];
/// What the page calls them.
pub const NAMES: [&str; 6] = [
    "exponential, C² = 1",
    "constant, C² = 0",
    "Erlang of four phases, C² = 1/4",
    "hyperexponential, C² = 4",
    "hyperexponential, C² = 16",
    "lognormal, C² = 4",
];

impl Law {
    /// C², variance over the square of the mean.
    pub fn variability(self) -> f64 {
        match self {
            Law::Exponential => 1.0,
            Law::Constant => 0.0,
            Law::Erlang4 => 0.25,
            Law::Hyper4 | Law::Lognormal4 => 4.0,
            Law::Hyper16 => 16.0,
        }
    }
    /// Its letter in Kendall's notation.
    pub fn letter(self) -> &'static str {
        match self {
            Law::Exponential => "M",
            Law::Constant => "D",
            Law::Erlang4 | Law::Hyper4 | Law::Hyper16 | Law::Lognormal4 => "G",
        }
    }

    /// A time with this mean, in microseconds. `unit` gives numbers evenly spread over (0, 1).
    pub fn draw_us(self, mean_us: u64, mut unit: impl FnMut() -> f64) -> u64 {
        let times = match self {
            Law::Exponential => exponential(&mut unit),
            Law::Constant => 1.0,
            Law::Erlang4 => (0..4).map(|_| exponential(&mut unit)).sum::<f64>() / 4.0,
            Law::Hyper4 | Law::Hyper16 => hyperexponential(self.variability(), &mut unit),
            Law::Lognormal4 => lognormal(self.variability(), &mut unit),
        };
        (times * mean_us as f64 + 0.5) as u64
    }
}

/// Exponential with mean 1, by inversion: −ln U. 32 bits of U reach to 22 means; one time in four thousand million would be longer.
pub fn exponential(unit: &mut impl FnMut() -> f64) -> f64 {
    -libm::log(unit())
}

/// Two exponentials with balanced means: the short one and the long one bring half of the work each.
fn hyperexponential(variability: f64, unit: &mut impl FnMut() -> f64) -> f64 {
    let short = (1.0 + libm::sqrt((variability - 1.0) / (variability + 1.0))) / 2.0;
    let chance = if unit() < short { short } else { 1.0 - short };
    exponential(unit) / (2.0 * chance)
}

/// exp(N(−σ²/2, σ²)) with σ² = ln(1 + C²); the normal number by Box & Muller 1958.
fn lognormal(variability: f64, unit: &mut impl FnMut() -> f64) -> f64 {
    let sigma_squared = libm::log(1.0 + variability);
    let normal = libm::sqrt(-2.0 * libm::log(unit())) * libm::cos(core::f64::consts::TAU * unit());
    libm::exp(normal * libm::sqrt(sigma_squared) - sigma_squared / 2.0)
}
