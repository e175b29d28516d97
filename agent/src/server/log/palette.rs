//! The sixteen colours that a page knows, and which of them is nearest to another.

/// The sixteen of a terminal, as xterm shows them. The page's own are in `style.css`.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// Steps of the cube of 216 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest to one of the 256: sixteen, a cube, greys.
pub(super) fn of_256(number: u8) -> u8 {
    let step = |n: u8| STEPS.get(usize::from(n % 6)).copied().unwrap_or_default();
    match number {
        0..16 => number,
        16..232 => {
            let at = number - 16;
            nearest([step(at / 36), step(at / 6), step(at)])
        }
        232.. => nearest([8 + (number - 232) * 10; 3]),
    }
}

/// The nearest to a red, green and blue.
pub(super) fn nearest(colour: [u8; 3]) -> u8 {
    let distance = |other: &[u8; 3]| -> u32 {
        let pairs = colour.iter().zip(other);
        pairs.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let best = (0u8..).zip(&SIXTEEN).min_by_key(|(_, c)| distance(c));
    best.map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_colour_has_a_nearest_one() {
        assert_eq!(of_256(3), 3);
        assert_eq!(of_256(16), 0);
        assert_eq!(of_256(21), 4);
        assert_eq!(of_256(46), 10);
        assert_eq!(of_256(231), 15);
        assert_eq!(of_256(244), 8);
        assert_eq!(of_256(255), 7);
        assert!((0..=255).all(|number| of_256(number) < 16));
    }
}
