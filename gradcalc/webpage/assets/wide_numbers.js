// Numbers of sixty digits whose exponents do not end, for gradients that leave the
// range of doubles on their way. Such a number is m*2^e with a BigInt m that is not 0;
// zeros, infinities and NaN are what they are among doubles.

const WIDE = (() => {
  const BITS = 200;

  // The natural logarithm of 2 and half of pi, times 2^320.
  const PLACES = 320;
  const LOG_2 =
    0xb17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8baafa2be7b876206debac98n;
  const RIGHT_ANGLE =
    0x1921fb54442d18469898cc51701b839a252049c1114cf98e804177d4c76273644a29410f31c6809bcn;

  const VIEW = new DataView(new ArrayBuffer(8));

  function sizeOf(m) {
    return m < 0n ? -m : m;
  }

  function bitLength(m) {
    const size = sizeOf(m);
    const near = Number(size);
    if (near === Infinity) return 1000 + bitLength(size >> 1000n);
    VIEW.setFloat64(0, near);
    const length = (VIEW.getUint16(0) >> 4) - 1022;
    // Rounding may have made a longer number, which is a power of 2.
    const isPower = (VIEW.getUint16(0) & 15) === 0 && near === 2 ** (length - 1);
    return isPower && size >> BigInt(length - 1) === 0n ? length - 1 : length;
  }

  function shifted(m, places) {
    // m*2^places, rounded down.
    return places < 0 ? m >> BigInt(-places) : m << BigInt(places);
  }

  function normal(m, e) {
    // m*2^e to the digits that are kept.
    if (m === 0n) return 0;
    const more = bitLength(m) - BITS;
    if (more <= 0) return { m, e };
    return { m: (m + (1n << BigInt(more - 1))) >> BigInt(more), e: e + more };
  }

  function widened(x) {
    if (x === 0 || !Number.isFinite(x)) return x;
    // Powers of 2 change no digit, in two steps none leaves the range.
    const places = 53 - Math.floor(Math.log2(Math.abs(x)));
    const half = Math.trunc(places / 2);
    return normal(BigInt(x * 2 ** half * 2 ** (places - half)), -places);
  }

  function narrowed(a) {
    // The nearest double.
    if (typeof a === "number") return a;
    const sign = a.m < 0n ? -1 : 1;
    const length = bitLength(a.m);
    if (length + a.e > 1025) return sign * Infinity;
    if (length + a.e < -1080) return sign * 0;
    // A double has 53 digits, and none below 2^-1074.
    const more = Math.max(length - 53, -1074 - a.e, 0);
    const size = sizeOf(a.m);
    let kept = size >> BigInt(more);
    const twice = (size - (kept << BigInt(more))) << 1n;
    const unit = 1n << BigInt(more);
    if (twice > unit || (twice === unit && kept % 2n === 1n)) kept += 1n;
    // The last factor may be beyond the range where the product is not.
    const half = Math.trunc((a.e + more) / 2);
    return sign * (Number(kept) * 2 ** (a.e + more - half) * 2 ** half);
  }

  function isWide(a) {
    return typeof a !== "number";
  }

  function plain(a) {
    // Beside zeros, infinities and NaN only the sign of a number matters.
    return isWide(a) ? (a.m > 0n ? 1 : -1) : a;
  }

  // --- arithmetic

  function negated(a) {
    return isWide(a) ? { m: -a.m, e: a.e } : -a;
  }

  function size(a) {
    return plain(a) < 0 ? negated(a) : isWide(a) ? a : Math.abs(a);
  }

  function plus(a, b) {
    if (isWide(a) && b === 0) return a;
    if (isWide(b) && a === 0) return b;
    if (!isWide(a) || !isWide(b)) return plain(a) + plain(b);
    const [high, low] = a.e > b.e ? [a, b] : [b, a];
    // What is far below the last digit does not count.
    const e = high.e - Math.min(high.e - low.e, 3 * BITS);
    return normal((high.m << BigInt(high.e - e)) + shifted(low.m, low.e - e), e);
  }

  function minus(a, b) {
    return plus(a, negated(b));
  }

  function times(a, b) {
    if (!isWide(a) || !isWide(b)) return plain(a) * plain(b);
    return normal(a.m * b.m, a.e + b.e);
  }

  function over(a, b) {
    if (!isWide(a) || !isWide(b)) return plain(a) / plain(b);
    const places = 2 * BITS;
    return normal((a.m << BigInt(places)) / b.m, a.e - b.e - places);
  }

  function order(a, b) {
    // A number with the sign of a - b; NaN if there is none.
    if (isWide(a) && isWide(b)) return plain(minus(a, b));
    const [x, y] = [plain(a), plain(b)];
    return x === y ? 0 : x - y;
  }

  function isBelow(a, power) {
    return a === 0 || (isWide(a) && bitLength(a.m) + a.e < power);
  }

  function root(a) {
    if (!isWide(a) || a.m < 0n) return Math.sqrt(plain(a));
    const places = 2 * BITS + (a.e % 2 === 0 ? 0 : 1);
    const square = a.m << BigInt(places);
    let found = 1n << BigInt(Math.ceil(bitLength(square) / 2));
    // Newton's method from above.
    for (let next = found; ; found = next) {
      next = (found + square / found) >> 1n;
      if (next >= found) return normal(found, (a.e - places) / 2);
    }
  }

  // --- exponentials and logarithms

  const [ZERO, ONE, TWO] = [0, widened(1), widened(2)];

  function fixed(a) {
    // The number times 2^PLACES.
    return isWide(a) ? shifted(a.m, a.e + PLACES) : 0n;
  }

  function series(x, ratio) {
    // The sum of 1, ratio(1)*x, ratio(1)*ratio(2)*x^2, ..., all times 2^PLACES; the
    // ratios are 1 over whole numbers.
    let [term, sum] = [1n << BigInt(PLACES), 0n];
    for (let n = 1; term !== 0n; n++) {
      sum += term;
      term = ((term * x) >> BigInt(PLACES)) / ratio(BigInt(n));
    }
    return sum;
  }

  function exp(a) {
    if (!isWide(a)) return a === 0 ? ONE : Math.exp(a);
    if (!isBelow(a, 50)) return a.m > 0n ? Infinity : 0;
    const turns = fixed(a) / LOG_2;
    // Halved eight times it needs few terms.
    let found = series((fixed(a) - turns * LOG_2) >> 8n, (n) => n);
    for (let k = 0; k < 8; k++) found = (found * found) >> BigInt(PLACES);
    return normal(found, Number(turns) - PLACES);
  }

  function expm1(a) {
    if (!isBelow(a, -60)) return minus(exp(a), ONE);
    return isWide(a) ? plus(a, over(times(a, a), TWO)) : a;
  }

  function log(a) {
    if (!isWide(a) || a.m < 0n) return Math.log(plain(a));
    const length = bitLength(a.m);
    const part = { m: a.m, e: -length };
    let found = widened(Math.log(narrowed(part)));
    // Halley's method, which trebles the digits.
    for (let k = 0; k < 2; k++) {
      const power = exp(found);
      found = plus(found, times(TWO, over(minus(part, power), plus(part, power))));
    }
    return plus(found, normal(BigInt(a.e + length) * LOG_2, -PLACES));
  }

  function log1p(a) {
    if (!isBelow(a, -60)) return log(plus(ONE, a));
    return isWide(a) ? minus(a, over(times(a, a), TWO)) : a;
  }

  function power(a, b) {
    if (b === 0) return ONE;
    const isWhole = isWide(b) && (b.e >= 0 || b.m % (1n << BigInt(-b.e)) === 0n);
    const isOutside = !isWide(a) || !isWide(b) || (a.m < 0n && !isWhole);
    if (isOutside) return byDoubles("^")(a, b);
    if (isWhole && isBelow(b, 10)) return wholePower(a, narrowed(b));
    const found = exp(times(b, log(size(a))));
    const isOdd = isWhole && b.e <= 0 && (b.m >> BigInt(-b.e)) % 2n !== 0n;
    return a.m < 0n && isOdd ? negated(found) : found;
  }

  function wholePower(a, b) {
    let [found, square] = [ONE, a];
    for (let left = Math.abs(b); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) found = times(found, square);
      square = times(square, square);
    }
    return b < 0 ? over(ONE, found) : found;
  }

  function sigmoid(a) {
    return over(ONE, plus(ONE, exp(negated(a))));
  }

  function sinh(a) {
    const more = expm1(size(a));
    // Of an infinity the quotient is none.
    const less = more === Infinity ? ONE : over(more, plus(ONE, more));
    const found = over(plus(more, less), TWO);
    return plain(a) < 0 ? negated(found) : found;
  }

  function tanh(a) {
    const less = expm1(times(negated(TWO), size(a)));
    const found = over(negated(less), plus(TWO, less));
    return plain(a) < 0 ? negated(found) : found;
  }

  function softplus(a) {
    return plus(relu(a), log1p(exp(negated(size(a)))));
  }

  function logsumexp(v) {
    const peak = v.reduce((most, each) => larger(most, each));
    if (!isWide(peak) && peak !== 0) return peak;
    const rest = [...v];
    rest.splice(v.findIndex((each) => order(each, peak) === 0), 1);
    const powers = rest.map((each) => exp(minus(each, peak)));
    return plus(peak, log1p(powers.reduce(plus, ZERO)));
  }

  // --- angles

  function turned(a, quarters) {
    // The sine of the number and so many right angles.
    const turns = (2n * fixed(a) + RIGHT_ANGLE) / (2n * RIGHT_ANGLE);
    const rest = fixed(a) - turns * RIGHT_ANGLE;
    const square = -(rest * rest) >> BigInt(PLACES);
    const quadrant = Number((((turns + BigInt(quarters)) % 4n) + 4n) % 4n);
    const isCosine = quadrant % 2 === 1;
    let found = series(square, (n) => 2n * n * (isCosine ? 2n * n - 1n : 2n * n + 1n));
    if (!isCosine) found = (found * rest) >> BigInt(PLACES);
    return normal(quadrant > 1 ? -found : found, -PLACES);
  }

  function sin(a) {
    if (!isWide(a) || !isBelow(a, 100)) return widened(Math.sin(narrowed(a)));
    if (!isBelow(a, -60)) return turned(a, 0);
    return minus(a, over(times(times(a, a), a), widened(6)));
  }

  function cos(a) {
    return isBelow(a, 100) ? turned(a, 1) : widened(Math.cos(narrowed(a)));
  }

  // --- selections

  function larger(a, b) {
    if (a !== a || b !== b) return NaN;
    return order(a, b) < 0 ? b : a;
  }

  function smaller(a, b) {
    return negated(larger(negated(a), negated(b)));
  }

  function relu(a) {
    return plain(a) > 0 || a !== a ? a : 0;
  }

  function condition(holds) {
    return (a, b) => (holds(order(a, b)) ? ONE : ZERO);
  }

  // --- special functions

  let bernoulliNumbers = null;

  function bernoulli(k) {
    // B2, B4 and so on by the tangent numbers: R. Brent and D. Harvey, Fast computation
    // of Bernoulli, tangent and secant numbers (2013).
    if (bernoulliNumbers === null) {
      const count = 40;
      const tangents = [0n, 1n];
      for (let i = 2; i <= count; i++) tangents[i] = BigInt(i - 1) * tangents[i - 1];
      for (let i = 2; i <= count; i++) {
        for (let j = i; j <= count; j++) {
          const [less, more] = [BigInt(j - i), BigInt(j - i + 2)];
          tangents[j] = less * tangents[j - 1] + more * tangents[j];
        }
      }
      bernoulliNumbers = tangents.map((tangent, i) => {
        const [four, sign] = [4n ** BigInt(i), i % 2 === 1 ? 1n : -1n];
        const top = normal(sign * BigInt(2 * i) * tangent, 0);
        return i === 0 ? 0 : over(top, normal(four * (four - 1n), 0));
      });
    }
    return bernoulliNumbers[k];
  }

  function polygamma(n, a) {
    const order = narrowed(n);
    const isKnown = order >= 0 && order <= 100 && order % 1 === 0 && isWide(a);
    const isPole = plain(a) < 0 && isWide(a) && narrowed(a) % 1 === 0;
    if (!isKnown || isPole || narrowed(a) < -1000) return byDoubles("polygamma")(n, a);
    // Far enough from 0 there is Stirling's series.
    let [x, near] = [a, ZERO];
    while (narrowed(x) < 40 + order) {
      near = plus(near, over(ONE, wholePower(x, order + 1)));
      x = plus(x, ONE);
    }
    const square = times(x, x);
    const power = wholePower(x, order);
    const half = over(ONE, times(TWO, times(x, power)));
    let factor = over(widened((order + 1) / 2), times(power, square));
    let far = ZERO;
    for (let k = 1; k < 40; k++) {
      far = plus(far, times(bernoulli(k), factor));
      const more = widened((2 * k + order + 1) * (2 * k + order));
      const less = times(widened((2 * k + 2) * (2 * k + 1)), square);
      factor = over(times(factor, more), less);
    }
    if (order === 0) return minus(minus(log(x), half), plus(far, near));
    let sum = plus(plus(near, over(ONE, times(widened(order), power))), plus(half, far));
    for (let k = 2; k <= order; k++) sum = times(sum, widened(k));
    return order % 2 === 1 ? sum : negated(sum);
  }

  function sincDerivative(n, a) {
    const order = narrowed(n);
    const isKnown = order >= 0 && order <= 30 && order % 1 === 0 && isBelow(a, 100);
    if (!isKnown) return byDoubles("sinc_derivative")(n, a);
    if (Math.abs(narrowed(a)) > Math.max(order, 10)) {
      // The number times that of order k, and k times the one before, is turned sine.
      let value = over(sin(a), a);
      for (let k = 1; k <= order; k++) {
        value = over(minus(turned(a, k), times(widened(k), value)), a);
      }
      return value;
    }
    const odd = order % 2;
    const sign = widened((order + odd) % 4 === 0 ? 1 : -1);
    let term = over(odd ? times(sign, a) : sign, widened(order + odd + 1));
    let value = term;
    for (let power = odd + 2; power < odd + 120; power += 2) {
      const share = over(widened(power + order - 1), widened(power + order + 1));
      const next = over(times(a, a), widened(power * (power - 1)));
      term = negated(times(times(next, share), term));
      value = plus(value, term);
    }
    return value;
  }

  function byDoubles(name) {
    // The operation of doubles, for functions that stay within their range.
    const call = OPERATIONS[name];
    const nearest = (each) => (Array.isArray(each) ? each.map(narrowed) : narrowed(each));
    return (...operands) => widened(call(...operands.map(nearest)));
  }

  const FUNCTIONS = {
    "+": plus,
    "-": minus,
    "*": times,
    "/": over,
    "^": power,
    neg: negated,
    sum: (v) => v.reduce(plus),
    prod: (v) => v.reduce(times),
    "<": condition((x) => x < 0),
    "<=": condition((x) => x <= 0),
    ">": condition((x) => x > 0),
    ">=": condition((x) => x >= 0),
    "==": condition((x) => x === 0),
    "!=": condition((x) => x !== 0),
    where: (c, a, b) => (c === 0 ? b : a),
    max: (v) => v.reduce(larger),
    min: (v) => v.reduce(smaller),
    clip: (x, lo, hi) => smaller(larger(x, lo), hi),
    relu,
    abs: size,
    stop_gradient: (x) => x,
    sign: (x) => widened(Math.sign(plain(x))),
    // What is too large for a double is a whole number.
    round: (x) => (isWide(x) && x.e >= 0 ? x : byDoubles("round")(x)),
    sqrt: root,
    hypot: (v) => root(v.map((x) => times(x, x)).reduce(plus)),
    exp,
    expm1,
    log,
    log1p,
    log2: (x) => over(log(x), log(TWO)),
    log10: (x) => over(log(x), log(widened(10))),
    xlogx: (x) => (x === 0 ? 0 : times(x, log(x))),
    sin,
    cos,
    tan: (x) => over(sin(x), cos(x)),
    sinh,
    cosh: (x) => over(plus(exp(x), exp(negated(x))), TWO),
    tanh,
    sigmoid,
    softplus,
    logsigmoid: (x) => negated(softplus(negated(x))),
    softsign: (x) =>
      size(x) === Infinity ? widened(Math.sign(x)) : over(x, plus(ONE, size(x))),
    logsumexp,
    logaddexp: (a, b) => logsumexp([a, b]),
    digamma: (x) => polygamma(0, x),
    polygamma,
    sinc: (x) => sincDerivative(0, x),
    sinc_derivative: sincDerivative,
  };

  function fourDigits(a) {
    // The number in exponential notation, as Python writes it.
    const size = sizeOf(a.m);
    let exponent = Math.floor((bitLength(size) - 1 + a.e) * Math.log10(2));
    for (;;) {
      // The number divided by ten to the exponent, times 1000, rounded.
      const places = exponent - 3;
      const top = shifted(size, Math.max(a.e, 0)) * 10n ** BigInt(Math.max(-places, 0));
      const bottom = shifted(10n ** BigInt(Math.max(places, 0)), Math.max(-a.e, 0));
      const digits = (2n * top + bottom) / (2n * bottom);
      if (digits < 10000n) {
        const text = digits.toString();
        const sign = a.m < 0n ? "-" : "";
        const power = String(Math.abs(exponent)).padStart(2, "0");
        return `${sign}${text[0]}.${text.slice(1)}e${exponent < 0 ? "-" : "+"}${power}`;
      }
      exponent += 1;
    }
  }

  return {
    of: widened,
    nearest: narrowed,
    plus,
    isFinite: (a) => isWide(a) || Number.isFinite(a),
    operation: (name) => FUNCTIONS[name] ?? byDoubles(name),
    fourDigits,
  };
})();
