// The functions of Math rounded as exactly as C's are. Those of browsers differ from
// each other and may be off by a whole unit in the last place, which shows wherever
// numbers cancel. Here a value is known in two doubles before it is rounded. A page has
// those of them that it needs.
//
// Source: T. J. Dekker, A floating-point technique for extending the available
// precision, Numerische Mathematik 18 (1971).

// What the last result of the functions that say "in two" lacks.
let rest = 0;

function sum(a, b) {
  // a + b in two.
  const total = a + b;
  const part = total - a;
  rest = a - (total - part) + (b - part);
  return total;
}

function product(a, b) {
  // a*b in two.
  const found = a * b;
  let split = 134217729 * a;
  const a_high = split - (split - a);
  split = 134217729 * b;
  const b_high = split - (split - b);
  const [a_low, b_low] = [a - a_high, b - b_high];
  rest = a_high * b_high - found + a_high * b_low + a_low * b_high + a_low * b_low;
  return found;
}

function polynomial(coefficients, x) {
  // From the highest power down.
  let total = 0;
  for (const coefficient of coefficients) total = total * x + coefficient;
  return total;
}

function widely(name, ...operands) {
  return WIDE.nearest(WIDE.operation(name)(...operands.map(WIDE.of)));
}

function inTwo(a) {
  const high = WIDE.nearest(a);
  return [high, WIDE.nearest(WIDE.operation("-")(a, WIDE.of(high)))];
}

function table(name, most, step) {
  // The function of whole multiples of the step up to `most` of them, each in two.
  let found = null;
  return (k) => {
    found ??= Array.from({ length: 2 * most + 1 }, (_, place) =>
      inTwo(WIDE.operation(name)(WIDE.of((place - most) * step))),
    );
    return found[k + most];
  };
}

const exps = table("exp", 12, 1 / 32);

const sines = table("sin", 13, 1 / 16);

const cosines = table("cos", 13, 1 / 16);

// --- exponentials and logarithms

// The natural logarithm of 2: 32 digits of it, the next 53, and the next.
const LOG_2_HIGH = 0.6931471803691238;

const LOG_2 = 1.9082149292705877e-10;

const LOG_2_LOW = 1.1612227229362532e-26;

// The power of 2 that the last result of `expInTwo` is to be multiplied by.
let exponent = 0;

const EXP_TAIL = [1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6];

function expInTwo(x, more = 0) {
  // exp(x + more) in two, for |x| < 746.
  exponent = Math.round(x * 1.4426950408889634);
  const away = product(exponent, LOG_2);
  const awayRest = rest + exponent * LOG_2_LOW;
  const near = sum(x - exponent * LOG_2_HIGH, -away);
  const nearRest = rest - awayRest + more;
  const place = Math.round(near * 32);
  const s = near - place / 32;
  // exp(s) - 1 by its series, of which two terms need more than a double.
  const half = product(s, s) / 2;
  const halfRest = rest / 2;
  const tail = s * s * s * polynomial(EXP_TAIL, s);
  const above = sum(s, half);
  const aboveRest = rest + (halfRest + tail + nearRest * (1 + s));
  const [power, powerRest] = exps(place);
  const grown = product(power, above);
  const grownRest = rest + power * aboveRest + powerRest * above;
  const value = sum(power, grown);
  return sum(value, rest + (grownRest + powerRest));
}

function scaled(value) {
  // What `expInTwo` gave, times the power of 2. In two steps: 2^1024 is no double.
  return exponent > 0 ? value * 2 ** (exponent - 1) * 2 : value * 2 ** exponent;
}

function exp(x) {
  if (x > -708 && x < 709.79) return scaled(expInTwo(x));
  // Among the numbers that have fewer digits, a second rounding would show.
  return x > -750 && x < 0 ? widely("exp", x) : Math.exp(x);
}

const LOG_TAIL = [1 / 9, -1 / 8, 1 / 7, -1 / 6, 1 / 5, -1 / 4, 1 / 3];

function logInTwo(x) {
  // log(x) in two, for finite x > 0.
  const scale = x < 1e-300 ? 2 ** 64 : 1;
  const k = Math.round(Math.log2(x * scale));
  const m = x * scale * 2 ** -k;
  let value = m - 1;
  let less;
  if (Math.abs(value) < 1 / 128) {
    const f = value;
    const half = product(f, f) / 2;
    const halfRest = rest / 2;
    const tail = f * f * f * polynomial(LOG_TAIL, f);
    value = sum(f, -half);
    less = rest - halfRest + tail;
  } else {
    // By Newton's method: what exp(-log(m))*m lacks of 1.
    const first = Math.log(m);
    const power = expInTwo(-first);
    const powerRest = rest;
    const part = m * 2 ** exponent;
    const whole = product(part, power);
    const over = whole - 1 + (rest + part * powerRest);
    value = sum(first, over);
    less = rest;
  }
  const turns = scale === 1 ? k : k - 64;
  const away = product(turns, LOG_2);
  const awayRest = rest + turns * LOG_2_LOW;
  const far = sum(turns * LOG_2_HIGH, value);
  const farRest = rest;
  const total = sum(far, away);
  return sum(total, rest + farRest + awayRest + less);
}

function log(x) {
  return x > 0 && x < Infinity ? logInTwo(x) : Math.log(x);
}

function log10(x) {
  // After Sun Microsystems' library of 1993, fdlibm, as those below.
  if (!(x > 1e-300 && x < Infinity)) return Math.log10(x);
  let k = Math.floor(Math.log2(x));
  if (2 ** k > x) k -= 1;
  if (k < 0) k += 1;
  const high = k * 0.30102999566361177;
  return k * 3.694239077158931e-13 + 0.4342944819032518 * log(x * 2 ** -k) + high;
}

function pow(a, b) {
  const isOutside = a === 0 || b === 0 || !Number.isFinite(a) || !Number.isFinite(b);
  if (isOutside || (a < 0 && !Number.isInteger(b)) || Math.abs(b) > 1e290) return a ** b;
  const log = logInTwo(Math.abs(a));
  const logRest = rest;
  const power = product(log, b);
  const powerRest = rest + logRest * b;
  if (power > -750 && power < -708) return widely("^", a, b);
  if (!(Math.abs(power) < 709.79)) return a ** b;
  const size = scaled(expInTwo(power, powerRest));
  return a < 0 && b % 2 !== 0 ? -size : size;
}

function cbrt(x) {
  if (x === 0 || !Number.isFinite(x)) return x;
  const root = Math.sign(x) * pow(Math.abs(x), 1 / 3);
  // One Newton step removes the error of the rounded exponent 1/3.
  return root - (root - x / (root * root)) / 3;
}

// --- hyperbolas, after fdlibm, whose other functions browsers have

function cosh(x) {
  const size = Math.abs(x);
  if (size < 0.34657359027997264) {
    const more = Math.expm1(size);
    return 1 + (more * more) / (2 * (1 + more));
  }
  if (size < 22) return 0.5 * exp(size) + 0.5 / exp(size);
  if (size < 709.78) return 0.5 * exp(size);
  const root = exp(0.5 * size);
  return 0.5 * root * root;
}

function sinh(x) {
  const size = Math.abs(x);
  const half = x < 0 ? -0.5 : 0.5;
  if (size < 22) return Math.sinh(x);
  if (size < 709.78) return half * exp(size);
  const root = exp(0.5 * size);
  return half * root * root;
}

function asinh(x) {
  const size = Math.abs(x);
  if (!(size > 2 && size < Infinity)) return Math.asinh(x);
  const value = size > 2 ** 28
    ? log(size) + Math.LN2
    : log(2 * size + 1 / (Math.sqrt(x * x + 1) + size));
  return x < 0 ? -value : value;
}

function acosh(x) {
  if (!(x > 2 && x < Infinity)) return Math.acosh(x);
  return x >= 2 ** 28 ? log(x) + Math.LN2 : log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
}

// --- angles

// A right angle: 33 digits of it, the next 33, and the next.
const RIGHT_HIGH = 1.5707963267341256;

const RIGHT = 6.077100506303966e-11;

const RIGHT_LOW = 2.0222662487959506e-21;

const SINE_TAIL = [1 / 5040, -1 / 120, 1 / 6];

const COSINE_TAIL = [1 / 40320, -1 / 720, 1 / 24];

function sineInTwo(x, quarters) {
  // The sine of x and so many right angles in two, for |x| < 1e5.
  const turns = Math.round(x * 0.6366197723675814);
  const first = sum(x - turns * RIGHT_HIGH, -turns * RIGHT);
  const firstRest = rest;
  const away = product(turns, RIGHT_LOW);
  const awayRest = rest;
  const near = sum(first, -away);
  const more = rest + firstRest - awayRest;
  const place = Math.round(near * 16);
  const s = near - place / 16;
  const quadrant = (turns + quarters) & 3;
  const [from, fromRest] = quadrant % 2 ? cosines(place) : sines(place);
  const [beside, besideRest] = quadrant % 2 ? sines(place) : cosines(place);
  const square = s * s;
  const less = -product(s, s) / 2;
  const lessRest = square * square * polynomial(COSINE_TAIL, square) - rest / 2 - s * more;
  // The cosine of a sum has the product of the sines with a minus.
  const turned = quadrant % 2 ? -1 : 1;
  const along = turned * s;
  const alongRest = turned * (more - s * square * polynomial(SINE_TAIL, square));
  const right = product(beside, along);
  const rightRest = rest + beside * alongRest + besideRest * along;
  const down = product(from, less);
  const downRest = rest + from * lessRest + fromRest * less;
  const value = sum(from, right);
  const valueRest = rest;
  const whole = sum(value, down);
  const found = sum(whole, rest + valueRest + rightRest + downRest + fromRest);
  if (quadrant < 2) return found;
  rest = -rest;
  return -found;
}

function sin(x) {
  if (x === 0 || !(Math.abs(x) < 1e25)) return Math.sin(x);
  return Math.abs(x) < 1e5 ? sineInTwo(x, 0) : widely("sin", x);
}

function cos(x) {
  if (!(Math.abs(x) < 1e25)) return Math.cos(x);
  return Math.abs(x) < 1e5 ? sineInTwo(x, 1) : widely("cos", x);
}

function tan(x) {
  if (x === 0 || !(Math.abs(x) < 1e25)) return Math.tan(x);
  if (Math.abs(x) >= 1e5) return widely("tan", x);
  const sine = sineInTwo(x, 0);
  const sineRest = rest;
  const cosine = sineInTwo(x, 1);
  const cosineRest = rest;
  const found = sine / cosine;
  const back = product(found, cosine);
  return found + (sine - back - rest + sineRest - found * cosineRest) / cosine;
}

// The inverse functions by Newton's method, from the value that Math has.

function atan2(y, x) {
  const found = Math.atan2(y, x);
  const [low, high] = [Math.abs(x), Math.abs(y)].sort((a, b) => a - b);
  if (!(low > 1e-140 * high && high < Infinity)) return found;
  const scale = 2 ** -Math.max(Math.min(Math.round(Math.log2(high)), 1000), -1000);
  const [across, along] = [y * scale, x * scale];
  const sine = sineInTwo(found, 0);
  const sineRest = rest;
  const cosine = sineInTwo(found, 1);
  const cosineRest = rest;
  const up = product(across, cosine);
  const upRest = rest + across * cosineRest;
  const down = product(along, sine);
  const away = up - down + (upRest - rest - along * sineRest);
  return found + away / (along * cosine + across * sine);
}

function atan(x) {
  return Math.abs(x) > 1e-9 && Math.abs(x) < 1e100 ? atan2(x, 1) : Math.atan(x);
}

function asin(x) {
  const found = Math.asin(x);
  if (!(Math.abs(x) > 1e-9 && Math.abs(x) < 0.9999)) return found;
  const away = x - sineInTwo(found, 0) - rest;
  return found + away / Math.cos(found);
}

function acos(x) {
  const found = Math.acos(x);
  if (!(Math.abs(x) < 0.9999)) return found;
  const away = sineInTwo(found, 1) - x + rest;
  return found + away / Math.sin(found);
}

function hypot(...v) {
  const most = v.reduce((size, each) => Math.max(size, Math.abs(each)), 0);
  if (!(most > 0 && most < Infinity)) return Math.hypot(...v);
  // A power of 2 changes no digit, and keeps the squares within the range.
  const half = 2 ** -Math.round(Math.log2(most) / 2);
  let [total, totalRest] = [0, 0];
  for (const each of v) {
    const x = each * half * half;
    const square = product(x, x);
    const squareRest = rest;
    total = sum(total, square);
    totalRest += rest + squareRest;
  }
  const root = Math.sqrt(total);
  const back = product(root, root);
  return (root + (total - back - rest + totalRest) / (2 * root)) / half / half;
}
