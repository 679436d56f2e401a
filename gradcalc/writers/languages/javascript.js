// What JavaScript lacks, or defines otherwise than IEEE arithmetic does.

function power(a, b) {
  // In JavaScript 1 to the power NaN, and -1 to an infinity, are NaN.
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  if (b === 2) return a * a;
  return Math.pow(a, b);
}

function frexp(x) {
  // [m, e] with x = m*2^e and m from 0.5 to 1.
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = x * 2 ** -exponent;
  for (; Math.abs(mantissa) < 0.5; exponent--) mantissa *= 2;
  for (; Math.abs(mantissa) >= 1; exponent++) mantissa /= 2;
  return [mantissa, exponent];
}

function ldexp(mantissa, exponent) {
  // In three steps, of which none leaves the range before the last.
  if (mantissa === 0) return mantissa;
  const step = Math.min(Math.max(Math.trunc(exponent / 3), -1000), 1000);
  const last = Math.min(Math.max(exponent - 2 * step, -1000), 1000);
  return mantissa * 2 ** step * 2 ** step * 2 ** last;
}

function total(v) {
  return v.reduce((sum, x) => sum + x);
}

function product(v) {
  // As mantissa*2^exponent, which leaves no range on its way.
  let [mantissa, exponent] = [1, 0];
  for (const x of v) {
    const [fraction, more] = frexp(x);
    const [next, again] = frexp(mantissa * fraction);
    mantissa = next;
    exponent += more + again;
  }
  return ldexp(mantissa, exponent);
}

function sign(x) {
  return x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN;
}

function largest(v) {
  let found = v[0];
  for (const x of v) {
    if (x !== x) return NaN;
    if (x > found) found = x;
  }
  return found;
}

function smallest(v) {
  let found = v[0];
  for (const x of v) {
    if (x !== x) return NaN;
    if (x < found) found = x;
  }
  return found;
}

function clip(x, lo, hi) {
  return smallest([largest([x, lo]), hi]);
}

function relu(x) {
  return x > 0 || x !== x ? x : 0;
}

function mod(a, b) {
  // The remainder has the sign of b.
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 !== b < 0 && rest === rest ? rest + b : rest;
}

function round(x) {
  // Halves go to the even number.
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const whole = Math.floor(Math.abs(x));
  const rest = Math.abs(x) - whole;
  const up = rest > 0.5 || (rest === 0.5 && whole % 2 === 1);
  return (x < 0 || Object.is(x, -0) ? -1 : 1) * (up ? whole + 1 : whole);
}

function xlogx(x) {
  return x === 0 ? 0 : x * Math.log(x);
}

function sigmoid(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const part = Math.exp(x);
  return part / (1 + part);
}

function softplus(x) {
  return relu(x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function logsigmoid(x) {
  return -softplus(-x);
}

function softsign(x) {
  return Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x));
}

function excess(v) {
  // The largest number m, and log(sum(exp(v - m))) without losing small terms.
  const peak = largest(v);
  if (!Number.isFinite(peak)) return [peak, 0];
  const first = v.indexOf(peak);
  let rest = 0;
  v.forEach((x, place) => {
    if (place !== first) rest += Math.exp(x - peak);
  });
  return [peak, Math.log1p(rest)];
}

function logsumexp(v) {
  const [peak, rest] = excess(v);
  return peak + rest;
}

function bce_logits(z, t) {
  let value = 0;
  if (t !== 1) value += (1 - t) * softplus(z);
  if (t !== 0) value += t * softplus(-z);
  return value;
}

function cross_entropy_logits(v) {
  // First the logits, then as many targets.
  const half = v.length / 2;
  const [peak, rest] = excess(v.slice(0, half));
  let loss = 0;
  for (let i = 0; i < half; i++) {
    const target = v[half + i];
    if (target !== 0) loss += target * (peak - v[i] + rest);
  }
  return loss;
}

// (1 + 2x) exp(x^2) erfc(x) as a Chebyshev series in (x - 3)/(x + 3), after Shepherd
// and Laframboise, Mathematics of Computation 36 (1981).
const ERFC_SERIES = [
  1.17756257419656, 0.005353904539615676, -0.09377550342284209,
  0.05436652555744322, -0.018976596707845208, 0.004453426061462712,
  -0.0006335531710553147, 1.7661719523171593e-05, 1.2841532864056671e-05,
  -2.0072285659059913e-06, -1.807522790414837e-07, 7.549828343825093e-08,
  1.885668523838603e-09, -2.699519049798364e-09, -1.460079119939105e-11,
  1.0361607445969489e-10, 1.475715976623473e-12, -4.277340064396911e-12,
  -2.07922492859799e-13, 1.8134502003176963e-13, 1.973425574544739e-14,
  -7.287943737592673e-15, -1.5169878690228116e-15, 2.3514112258781403e-16,
  1.0006111691821667e-16,
];

// The power series of erf(x)/x - 1 in x^2.
const ERF_SERIES = [
  0.12837916709551258, -0.37612638903183754, 0.11283791670955126,
  -0.026866170645131252, 0.005223977625442188, -0.0008548327023450853,
  0.00012055332981789664, -1.492565035840625e-05, 1.6462114365889248e-06,
  -1.6365844691234924e-07, 1.4807192815879218e-08, -1.2290555301717928e-09,
];

function erfc_tail(x) {
  // erfc(x) for x >= 0.5
  if (x > 28) return 0;
  const t = (x - 3) / (x + 3);
  let [a, b] = [0, 0];
  for (let i = ERFC_SERIES.length - 1; i > 0; i--) {
    [a, b] = [2 * t * a - b + ERFC_SERIES[i], a];
  }
  const scaled = t * a - b + ERFC_SERIES[0];
  // The square of the leading digits is exact.
  const lead = Math.floor(x * 65536) / 65536;
  const power = Math.exp(-lead * lead);
  return (scaled * (power + power * Math.expm1((lead - x) * (lead + x)))) / (1 + 2 * x);
}

function erf(x) {
  if (x >= 0.5) return 1 - erfc_tail(x);
  if (x <= -0.5) return erfc_tail(-x) - 1;
  let sum = 0;
  for (let i = ERF_SERIES.length - 1; i > 0; i--) {
    sum = (sum + ERF_SERIES[i]) * x * x;
  }
  return x + x * (ERF_SERIES[0] + sum);
}

function erfc(x) {
  return x >= 0.5 ? erfc_tail(x) : 1 - erf(x);
}

// What follows is after Abramowitz and Stegun, Handbook of Mathematical Functions, 1964,
// chapters 6, 7 and 10, with polynomials between 1 and 2.

// The Bernoulli numbers B2, B4, B6 ...
const BERNOULLI = [
  0.16666666666666666, -0.03333333333333333, 0.023809523809523808,
  -0.03333333333333333, 0.07575757575757576, -0.2531135531135531,
  1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424,
  6192.123188405797,
];

// lgamma(1 + x)/(x*(x - 1)) in powers of x - 1/2, from the highest down.
const LGAMMA_SERIES = [
  -1.4272712152208634e-06, 2.2091204117757587e-06, 1.472749106358674e-06,
  -2.2681877909460326e-06, -4.000807483761455e-06, 6.212261358670216e-06,
  -2.900062051547241e-06, 4.577496535868493e-06, -1.1227072008210129e-05,
  1.7656904688991773e-05, -2.622317112997638e-05, 4.1504210973027976e-05,
  -6.634973630883694e-05, 0.00010567954992858832, -0.00016888918887046116,
  0.0002712691643694456, -0.0004379956134067816, 0.0007115230188589463,
  -0.0011644144436307074, 0.001922916093217745, -0.0032120740783203156,
  0.005446457846290175, -0.00942562244844816, 0.016797098631153418,
  -0.03130848750101116, 0.06291140107456519, -0.14595989591430608,
  0.4831289505409809,
];

// digamma(1 + x)/(x - zero) in powers of x - 1/2, likewise.
const DIGAMMA_SERIES = [
  0.00011881232908510335, -0.0001782188548855923, 9.653646261410062e-05,
  -0.00014480643368061614, 0.00032395945401345196, -0.00048595039220036254,
  0.0006909255761282986, -0.0010364584817312839, 0.0015633696313653504,
  -0.0023454947397380833, 0.003518106563802472, -0.005279937255532708,
  0.007927021796868154, -0.011908220105959716, 0.017907248317313294,
  -0.026975796659787055, 0.040760833940846085, -0.06192213327548831,
  0.09498872445289039, -0.14840492305388092, 0.24054248424078697,
  -0.4236274212814606, 0.9510558760318328,
];

function polynomial(coefficients, x) {
  return coefficients.reduce((total, c) => total * x + c, 0);
}

function is_pole(x) {
  return x <= 0 && x % 1 === 0;
}

function sin_pi(x) {
  // The sine of pi*x without its sign.
  return Math.sin(Math.PI * Math.abs(x - Math.round(x)));
}

function stirling_sum(order, first, x) {
  // The sum of B2k*(2k + n - 1)!/(2k)!/x^2k; first is (n + 1)!/2.
  let [total, factor] = [0, first];
  BERNOULLI.forEach((number, place) => {
    factor /= x * x;
    total += number * factor;
    const even = 2 * place + 2;
    factor *= ((even + order) * (even + order + 1)) / ((even + 1) * (even + 2));
  });
  return total;
}

function leading_half(x) {
  // The number without the second half of its digits.
  const split = 134217729 * x;
  return split - (split - x);
}

function exact_product(factors) {
  // The product, and what its rounding lost, by Dekker's method.
  let [result, lost] = [1, 0];
  for (const factor of factors) {
    const rounded = result * factor;
    const [a, b] = [leading_half(result), leading_half(factor)];
    const [c, d] = [result - a, factor - b];
    lost = lost * factor + (a * b - rounded + (a * d + c * b) + c * d);
    result = rounded;
  }
  return [result, lost];
}

function steps(first, count, step) {
  return Array.from({ length: Math.max(count, 0) }, (_, k) => first + step * k);
}

function lgamma_above_1(x) {
  // lgamma(1 + x) for x between -0.2 and 1.2.
  return 0 - x * (1 - x) * polynomial(LGAMMA_SERIES, x - 0.5);
}

function gamma(x) {
  if (!(x < 172)) return x !== x ? x : Infinity;
  if (x === 0) return 1 / x;
  if (is_pole(x) || x === -Infinity) return NaN;
  if (x % 1 === 0) return steps(1, x - 1, 1).reduce((a, b) => a * b, 1);
  if (Math.abs(x) >= 8) return large_gamma(x);
  const whole = Math.floor(x);
  const value = Math.exp(lgamma_above_1(x - whole));
  const [above, lost] = exact_product(steps(x - 1, whole - 1, -1));
  const [below, lost_below] = exact_product(steps(x, 1 - whole, 1));
  return (value * above + value * lost) / (below + lost_below);
}

function large_gamma(x) {
  const size = Math.min(Math.abs(x), 200);
  const series = Math.expm1(size * stirling_sum(-1, 0.5, size));
  // The square root of 2*pi, and what this double lacks of it.
  const root = 2.5066282746310007;
  const scaled = root + (root * series - 1.8328579980459167e-16);
  // The whole power overflows before gamma does.
  const halves = size > 140 ? 2 : 1;
  const part = Math.pow(size, (size - 0.5) / halves);
  const factors = [scaled, Math.exp(-size), part];
  if (halves === 2) factors.push(part);
  if (x > 0) {
    const [value, lost] = exact_product(factors);
    return value + lost;
  }
  const last = factors.pop();
  const [below, lost] = exact_product([size, sin_pi(x), ...factors]);
  const value = Math.PI / (below + lost) / last;
  return Math.floor(x) % 2 === 0 ? value : -value;
}

function lgamma(x) {
  if (is_pole(x) || Math.abs(x) === Infinity) return Infinity;
  if (x > 0.8 && x < 2.2) return lgamma_above_1(x - 1);
  if (!(Math.abs(x) < 8)) return large_lgamma(x);
  const whole = Math.floor(x);
  const near = lgamma_above_1(x - whole);
  if (whole > 0) return near + Math.log(steps(x - 1, whole - 1, -1).reduce((a, b) => a * b, 1));
  const [below, lost] = exact_product(steps(x, 1 - whole, 1));
  const size = Math.abs(below);
  if (size > 0.5 && size < 2) return near - Math.log1p(size - 1 + Math.sign(below) * lost);
  return near - Math.log(size);
}

function large_lgamma(x) {
  const size = Math.abs(x);
  let value = (size - 0.5) * (Math.log(size) - 1) + 0.4189385332046727;
  value += size * stirling_sum(-1, 0.5, size);
  return x !== x || x > 0 ? value : Math.log(Math.PI / (size * sin_pi(x))) - value;
}

function digamma(x) {
  return polygamma(0, x);
}

function polygamma(n, x) {
  if (!(n >= 0 && n <= 1000 && n % 1 === 0) || x !== x || x === -Infinity) return NaN;
  if (x > 0) return polygamma_above_0(n, x);
  if (is_pole(x)) {
    if (n % 2 === 1) return Infinity;
    return x === 0 ? -1 / x : NaN;
  }
  // The poles on the right of x, those on its left, and those that are not there.
  const above = polygamma_above_0(n, x - Math.floor(x));
  const others = polygamma_above_0(n, Math.ceil(x) - x) - polygamma_above_0(n, 1 - x);
  return above + (n % 2 === 1 ? others : -others);
}

function polygamma_above_0(n, x) {
  return n === 0 ? digamma_above_0(x) : digamma_derivative(n, x);
}

function digamma_above_0(x) {
  if (x >= 8) return Math.log(x) - 0.5 / x - stirling_sum(0, 0.5, x);
  const whole = Math.floor(x);
  const rest = x - whole;
  // Its zero, less 1, and what this double lacks of it.
  const distance = rest - 0.46163214496836236 + 1.5522348162858677e-17;
  const value = distance * polynomial(DIGAMMA_SERIES, rest - 0.5);
  if (x < 1) return value - 1 / x;
  return steps(1, whole - 1, 1).reduce((total, step) => total + 1 / (x - step), value);
}

function digamma_derivative(n, x) {
  if (x === Infinity) return n % 2 === 1 ? 0 : -0;
  // All is divided by (n - 1)!/x^n, which may leave the range of doubles.
  let scale = 1 / x;
  for (let factor = 1; factor < n; factor++) scale *= factor / x;
  let [total, far] = [0, x];
  for (; far < n + 10; far++) total += (n * Math.pow(x / far, n)) / far;
  const tail = stirling_sum(n, (n * (n + 1)) / 2, far);
  total += Math.pow(x / far, n) * (1 + n / (2 * far) + tail);
  return n % 2 === 1 ? scale * total : -scale * total;
}

function erfinv(x) {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? Infinity * x : NaN;
  // S. Winitzki's approximation, and then Halley's method.
  const log = size < 0.5 ? Math.log1p(-size * size) : Math.log((1 - size) * (1 + size));
  const middle = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(-log / 0.147 / (middle + Math.sqrt(middle * middle - log / 0.147)));
  for (let round = 0; round < 3; round++) {
    const error = size < 0.5 ? erf(y) - size : 1 - size - erfc(y);
    const step = ((error * Math.sqrt(Math.PI)) / 2) * Math.exp(y * y);
    y -= step / (1 + y * step);
  }
  return x < 0 || Object.is(x, -0) ? -y : y;
}

function sinc(x) {
  if (Math.abs(x) === Infinity) return 0;
  return x === 0 ? 1 : Math.sin(x) / x;
}

function sinc_derivative(n, x) {
  if (!(n >= 0 && n <= 1000 && n % 1 === 0) || x !== x) return NaN;
  if (Math.abs(x) === Infinity) return 0;
  const value = sinc_derivative_above_0(n, Math.abs(x));
  return x < 0 && n % 2 === 1 ? -value : value;
}

function sinc_derivative_above_0(order, x) {
  if (order === 0) return sinc(x);
  if (x < 2) return sinc_series(order, x);
  // x times that of order n, and n times the one before, is the derivative of sine.
  const sines = [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)];
  if (order <= x) {
    let value = sines[0] / x;
    for (let n = 1; n <= order; n++) value = (sines[n % 4] - n * value) / x;
    return value;
  }
  // The other way round an error shrinks: it starts where nothing is left of it.
  let [last, share] = [order, 1];
  while (share > 1e-20) share *= x / ++last;
  let value = 0;
  for (let n = last; n > order; n--) value = (sines[n % 4] - x * value) / n;
  return value;
}

function sinc_series(order, x) {
  // The power series of sinc, differentiated term by term.
  const odd = order % 2;
  let term = odd ? x : 1;
  if ((order + odd) % 4 !== 0) term = -term;
  let total = 0;
  for (let exponent = odd; exponent < odd + 28; exponent += 2) {
    total += term / (exponent + order + 1);
    term *= (-x * x) / ((exponent + 1) * (exponent + 2));
  }
  return total;
}
