// Numbers as texts: as scripts read them, and as people do.

const NOT_FINITE = { NaN, Infinity, "-Infinity": -Infinity };

function readNumber(text) {
  // The number of a text, or of JSON; null if it is none.
  if (typeof text === "number") return text;
  const words = text.trim().replace(/^\+/, "").replace(/−/g, "-");
  if (words in NOT_FINITE) return NOT_FINITE[words];
  if (/^-?inf(inity)?$/i.test(words)) return words.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(words)) return NaN;
  const digits = words.replace(/(?<=\d)_(?=\d)/g, "");
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits) ? Number(digits) : null;
}

function exactNumber(x) {
  // As gradcalc's JSON spells it, which is how Python does.
  if (!Number.isFinite(x)) return String(x);
  if (Object.is(x, -0)) return "-0.0";
  // From 1e16 on Python writes an exponent, JavaScript from 1e21 on; below 1e-4 and 1e-6.
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [mantissa, exponent] = x.toExponential().split("e");
    const sign = exponent[0];
    return `${mantissa}e${sign}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = String(x);
  return text.includes(".") ? text : `${text}.0`;
}

function shortNumber(x, digits = null) {
  // As people read it: to so many significant digits; without them, to all that are
  // not rounding noise.
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  if (digits !== null) return roundedNumber(x, digits);
  const near = Number(roundedNumber(x, 15));
  const short = plainNumber(exactNumber(Number.isFinite(near) ? near : x));
  const count = short.split("e")[0].replace(".", "").replace(/^[-0]+|0+$/g, "").length;
  // What is off by a unit or two in the last place is shown as what it stands for.
  return count <= 12 ? short : plainNumber(exactNumber(x));
}

function plainNumber(text) {
  // The text without `.0`, `e+` and zeros before an exponent.
  const [mantissa, exponent] = text.split("e");
  const plain = mantissa.replace(/\.0$/, "");
  return exponent === undefined ? plain : `${plain}e${Number(exponent)}`;
}

function roundedNumber(x, digits) {
  // To so many significant digits without zeros at their end, as Python's format "g".
  const [mantissa, power] = toEven(x, digits).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    return `${withoutZeros(mantissa)}e${exponent}`;
  }
  const [sign, figures] = [x < 0 ? "-" : "", mantissa.replace(/[-.]/g, "")];
  const whole = exponent < 0 ? "0" : figures.slice(0, exponent + 1);
  const rest =
    exponent < 0 ? "0".repeat(-exponent - 1) + figures : figures.slice(exponent + 1);
  return withoutZeros(`${sign}${whole}.${rest}`);
}

function withoutZeros(text) {
  return text.includes(".") ? text.replace(/\.?0*$/, "") : text;
}

function toEven(x, digits) {
  // In exponential notation. JavaScript rounds halves up, Python to the even digit.
  const places = Math.min(digits, 100) - 1;
  const text = x.toExponential(places);
  const [mantissa, exponent] = x.toExponential(100).split("e");
  const after = mantissa.replace("-", "").slice(places === 0 ? 2 : places + 2);
  const isHalf = /^50*$/.test(after);
  const kept = mantissa.replace("-", "").slice(0, places === 0 ? 1 : places + 2);
  if (!isHalf || Number(kept.slice(-1)) % 2 === 1) return text;
  return `${x < 0 ? "-" : ""}${kept}e${exponent}`;
}
