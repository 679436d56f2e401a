/* What C lacks, or defines otherwise than gradcalc: fmax passes NaN over. */

static double product(int count, const double *v)
{
    /* As mantissa*2^exponent, which leaves no range on its way. */
    double mantissa = 1.0;
    long exponent = 0;
    for (int i = 0; i < count; i++) {
        int more = 0;
        int again = 0;
        const double fraction = frexp(v[i], &more);
        mantissa = frexp(mantissa*fraction, &again);
        if (isfinite(mantissa)) {
            exponent += more + again;
        }
    }
    return scalbln(mantissa, exponent);
}

static double sign(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x;
}

static double largest(int count, const double *v)
{
    double found = v[0];
    for (int i = 0; i < count; i++) {
        if (isnan(v[i])) {
            return v[i];
        }
        if (v[i] > found) {
            found = v[i];
        }
    }
    return found;
}

static double smallest(int count, const double *v)
{
    double found = v[0];
    for (int i = 0; i < count; i++) {
        if (isnan(v[i])) {
            return v[i];
        }
        if (v[i] < found) {
            found = v[i];
        }
    }
    return found;
}

static double larger(double a, double b)
{
    return b > a || isnan(b) ? b : a;
}

static double smaller(double a, double b)
{
    return b < a || isnan(b) ? b : a;
}

static double clip(double x, double lo, double hi)
{
    return smaller(larger(x, lo), hi);
}

static double relu(double x)
{
    return x > 0.0 || isnan(x) ? x : 0.0;
}

static double mod(double a, double b)
{
    /* The remainder has the sign of b. */
    const double rest = fmod(a, b);
    if (rest == 0.0) {
        return copysign(0.0, b);
    }
    return (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}

static double length(int count, const double *v)
{
    /* In units of the largest, so that no square leaves the range. */
    double peak = 0.0;
    double total = 0.0;
    for (int i = 0; i < count; i++) {
        peak = fmax(peak, fabs(v[i]));
    }
    if (isinf(peak)) {
        return peak;
    }
    for (int i = 0; i < count; i++) {
        const double part = peak > 0.0 ? v[i]/peak : v[i];
        total += part*part;
    }
    return peak > 0.0 ? peak*sqrt(total) : sqrt(total);
}

static double xlogx(double x)
{
    return x == 0.0 ? 0.0 : x*log(x);
}

static double sigmoid(double x)
{
    const double part = exp(-fabs(x));
    return x < 0.0 ? part/(1.0 + part) : 1.0/(1.0 + part);
}

static double softplus(double x)
{
    return relu(x) + log1p(exp(-fabs(x)));
}

static double logsigmoid(double x)
{
    return -softplus(-x);
}

static double softsign(double x)
{
    return isinf(x) ? copysign(1.0, x) : x/(1.0 + fabs(x));
}

static double excess(int count, const double *v, double peak)
{
    /* log(sum(exp(v - peak))) without losing small terms. */
    double rest = 0.0;
    int found = 0;
    for (int i = 0; i < count && isfinite(peak); i++) {
        if (v[i] == peak && !found) {
            found = 1;
        } else {
            rest += exp(v[i] - peak);
        }
    }
    return log1p(rest);
}

static double logsumexp(int count, const double *v)
{
    const double peak = largest(count, v);
    return peak + excess(count, v, peak);
}

static double bce_logits(double z, double t)
{
    double value = 0.0;
    if (t != 1.0) {
        value += (1.0 - t)*softplus(z);
    }
    if (t != 0.0) {
        value += t*softplus(-z);
    }
    return value;
}

static double cross_entropy_logits(int count, const double *v)
{
    /* First the logits, then as many targets. */
    const int half = count/2;
    const double peak = largest(half, v);
    const double rest = excess(half, v, peak);
    double loss = 0.0;
    for (int i = 0; i < half; i++) {
        if (v[half + i] != 0.0) {
            loss += v[half + i]*((peak - v[i]) + rest);
        }
    }
    return loss;
}

/* What follows is after Abramowitz and Stegun, Handbook of Mathematical Functions, 1964,
   chapters 6, 7 and 10, with polynomials between 1 and 2. */

/* The Bernoulli numbers B2, B4, B6 ... */
static const double bernoulli[11] = {
    0.16666666666666666, -0.03333333333333333, 0.023809523809523808,
    -0.03333333333333333, 0.07575757575757576, -0.2531135531135531,
    1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424,
    6192.123188405797
};

/* lgamma(1 + x)/(x*(x - 1)) in powers of x - 1/2, from the highest down. */
static const double lgamma_series[28] = {
    -1.4272712152208634e-06, 2.2091204117757587e-06, 1.472749106358674e-06,
    -2.2681877909460326e-06, -4.000807483761455e-06, 6.212261358670216e-06,
    -2.900062051547241e-06, 4.577496535868493e-06, -1.1227072008210129e-05,
    1.7656904688991773e-05, -2.622317112997638e-05, 4.1504210973027976e-05,
    -6.634973630883694e-05, 0.00010567954992858832, -0.00016888918887046116,
    0.0002712691643694456, -0.0004379956134067816, 0.0007115230188589463,
    -0.0011644144436307074, 0.001922916093217745, -0.0032120740783203156,
    0.005446457846290175, -0.00942562244844816, 0.016797098631153418,
    -0.03130848750101116, 0.06291140107456519, -0.14595989591430608,
    0.4831289505409809
};

/* digamma(1 + x)/(x - zero) in powers of x - 1/2, likewise. */
static const double digamma_series[23] = {
    0.00011881232908510335, -0.0001782188548855923, 9.653646261410062e-05,
    -0.00014480643368061614, 0.00032395945401345196, -0.00048595039220036254,
    0.0006909255761282986, -0.0010364584817312839, 0.0015633696313653504,
    -0.0023454947397380833, 0.003518106563802472, -0.005279937255532708,
    0.007927021796868154, -0.011908220105959716, 0.017907248317313294,
    -0.026975796659787055, 0.040760833940846085, -0.06192213327548831,
    0.09498872445289039, -0.14840492305388092, 0.24054248424078697,
    -0.4236274212814606, 0.9510558760318328
};

static double polynomial(int count, const double *coefficients, double x)
{
    double total = 0.0;
    for (int i = 0; i < count; i++) {
        total = total*x + coefficients[i];
    }
    return total;
}

static int is_pole(double x)
{
    return x <= 0.0 && fmod(x, 1.0) == 0.0;
}

static double sin_pi(double x)
{
    /* The sine of pi*x without its sign. */
    return sin(3.141592653589793*fabs(x - rint(x)));
}

static double stirling_sum(double order, double first, double x)
{
    /* The sum of B2k*(2k + n - 1)!/(2k)!/x^2k; first is (n + 1)!/2. */
    double total = 0.0;
    double factor = first;
    for (int i = 0; i < 11; i++) {
        const double even = 2.0*i + 2.0;
        factor /= x*x;
        total += bernoulli[i]*factor;
        factor *= (even + order)*(even + order + 1.0)/((even + 1.0)*(even + 2.0));
    }
    return total;
}

static void multiply(double *result, double *lost, double factor)
{
    /* The product in two parts, the second of which the rounding lost. */
    const double rounded = *result*factor;
    *lost = *lost*factor + fma(*result, factor, -rounded);
    *result = rounded;
}

static double lgamma_above_1(double x)
{
    /* lgamma(1 + x) for x between -0.2 and 1.2. */
    return 0.0 - x*(1.0 - x)*polynomial(28, lgamma_series, x - 0.5);
}

static double large_gamma(double x)
{
    const double size = fmin(fabs(x), 200.0);
    /* The square root of 2*pi, and what this double lacks of it. */
    const double root = 2.5066282746310007;
    const double series = expm1(size*stirling_sum(-1.0, 0.5, size));
    /* The whole power overflows before gamma does. */
    const int halves = size > 140.0 ? 2 : 1;
    const double part = pow(size, (size - 0.5)/halves);
    double result = root + (root*series - 1.8328579980459167e-16);
    double lost = 0.0;
    multiply(&result, &lost, exp(-size));
    if (x > 0.0) {
        for (int i = 0; i < halves; i++) {
            multiply(&result, &lost, part);
        }
        return result + lost;
    }
    if (halves == 2) {
        multiply(&result, &lost, part);
    }
    multiply(&result, &lost, size);
    multiply(&result, &lost, sin_pi(x));
    const double value = 3.141592653589793/(result + lost)/part;
    return fmod(floor(x), 2.0) == 0.0 ? value : -value;
}

static double gamma_function(double x)
{
    double above = 1.0;
    double below = 1.0;
    double lost = 0.0;
    double lost_below = 0.0;
    if (!(x < 172.0)) {
        return isnan(x) ? x : INFINITY;
    }
    if (x == 0.0) {
        return copysign(INFINITY, x);
    }
    if (is_pole(x) || isinf(x)) {
        return NAN;
    }
    const double whole = floor(x);
    if (whole == x) {
        for (double factor = 2.0; factor < x; factor += 1.0) {
            multiply(&above, &lost, factor);
        }
        return above + lost;
    }
    if (fabs(x) >= 8.0) {
        return large_gamma(x);
    }
    const double value = exp(lgamma_above_1(x - whole));
    for (double step = 1.0; step < whole; step += 1.0) {
        multiply(&above, &lost, x - step);
    }
    for (double step = 0.0; step < 1.0 - whole; step += 1.0) {
        multiply(&below, &lost_below, x + step);
    }
    return (value*above + value*lost)/(below + lost_below);
}

static double log_gamma(double x)
{
    double result = 1.0;
    double lost = 0.0;
    const double size = fabs(x);
    const double whole = floor(x);
    if (is_pole(x) || isinf(x)) {
        return INFINITY;
    }
    if (x > 0.8 && x < 2.2) {
        return lgamma_above_1(x - 1.0);
    }
    if (!(size < 8.0)) {
        const double value = (size - 0.5)*(log(size) - 1.0) + 0.4189385332046727
            + size*stirling_sum(-1.0, 0.5, size);
        return isnan(x) || x > 0.0 ? value
            : log(3.141592653589793/(size*sin_pi(x))) - value;
    }
    const double near = lgamma_above_1(x - whole);
    if (whole > 0.0) {
        for (double step = 1.0; step < whole; step += 1.0) {
            result *= x - step;
        }
        return near + log(result);
    }
    for (double step = 0.0; step < 1.0 - whole; step += 1.0) {
        multiply(&result, &lost, x + step);
    }
    if (fabs(result) > 0.5 && fabs(result) < 2.0) {
        return near - log1p((fabs(result) - 1.0) + copysign(1.0, result)*lost);
    }
    return near - log(fabs(result));
}

static double digamma_above_0(double x)
{
    const double whole = floor(x);
    if (x >= 8.0) {
        return log(x) - 0.5/x - stirling_sum(0.0, 0.5, x);
    }
    /* Its zero, less 1, and what this double lacks of it. */
    double value = ((x - whole) - 0.46163214496836236) + 1.5522348162858677e-17;
    value *= polynomial(23, digamma_series, x - whole - 0.5);
    if (x < 1.0) {
        return value - 1.0/x;
    }
    for (double step = 1.0; step < whole; step += 1.0) {
        value += 1.0/(x - step);
    }
    return value;
}

static double polygamma_above_0(double n, double x)
{
    double scale = 1.0/x;
    double total = 0.0;
    double far = x;
    const double sign_of_all = fmod(n, 2.0) == 1.0 ? 1.0 : -1.0;
    if (n == 0.0) {
        return digamma_above_0(x);
    }
    if (isinf(x)) {
        return 0.0*sign_of_all;
    }
    /* All is divided by (n - 1)!/x^n, which may leave the range of doubles. */
    for (double factor = 1.0; factor < n; factor += 1.0) {
        scale *= factor/x;
    }
    for (; far < n + 10.0; far += 1.0) {
        total += n*pow(x/far, n)/far;
    }
    total += pow(x/far, n)*(1.0 + n/(2.0*far) + stirling_sum(n, n*(n + 1.0)/2.0, far));
    return sign_of_all*scale*total;
}

static double polygamma(double n, double x)
{
    const double odd = fmod(n, 2.0);
    if (!(n >= 0.0 && n <= 1000.0 && fmod(n, 1.0) == 0.0) || isnan(x) || x == -INFINITY) {
        return NAN;
    }
    if (x > 0.0) {
        return polygamma_above_0(n, x);
    }
    if (is_pole(x)) {
        return odd == 1.0 ? INFINITY : x == 0.0 ? -copysign(INFINITY, x) : NAN;
    }
    /* The poles on the right of x, those on its left, and those that are not there. */
    const double others = polygamma_above_0(n, ceil(x) - x) - polygamma_above_0(n, 1.0 - x);
    return polygamma_above_0(n, x - floor(x)) + (odd == 1.0 ? others : -others);
}

static double digamma(double x)
{
    return polygamma(0.0, x);
}

static double erfinv(double x)
{
    const double size = fabs(x);
    if (!(size < 1.0)) {
        return size == 1.0 ? copysign(INFINITY, x) : NAN;
    }
    /* S. Winitzki's approximation, and then Halley's method. */
    const double part = size < 0.5 ? log1p(-size*size) : log((1.0 - size)*(1.0 + size));
    const double middle = 2.0/(3.141592653589793*0.147) + part/2.0;
    double y = sqrt(-part/0.147/(middle + sqrt(middle*middle - part/0.147)));
    for (int i = 0; i < 3; i++) {
        const double error = size < 0.5 ? erf(y) - size : (1.0 - size) - erfc(y);
        const double step = error*sqrt(3.141592653589793)/2.0*exp(y*y);
        y -= step/(1.0 + y*step);
    }
    return copysign(y, x);
}

static double sinc(double x)
{
    return isinf(x) ? 0.0 : x == 0.0 ? 1.0 : sin(x)/x;
}

static double sinc_derivative_above_0(int order, double x)
{
    const double sines[4] = {sin(x), cos(x), -sin(x), -cos(x)};
    const int odd = order % 2;
    double total = 0.0;
    if (order == 0) {
        return sinc(x);
    }
    if (x < 2.0) {
        /* The power series of sinc, differentiated term by term. */
        double term = odd ? x : 1.0;
        if ((order + odd) % 4 != 0) {
            term = -term;
        }
        for (int exponent = odd; exponent < odd + 28; exponent += 2) {
            total += term/(exponent + order + 1);
            term *= -x*x/((exponent + 1.0)*(exponent + 2.0));
        }
        return total;
    }
    /* x times that of order n, and n times the one before, is the derivative of sine. */
    if (order <= x) {
        total = sines[0]/x;
        for (int n = 1; n <= order; n++) {
            total = (sines[n % 4] - n*total)/x;
        }
        return total;
    }
    /* The other way round an error shrinks: it starts where nothing is left of it. */
    int last = order;
    for (double share = 1.0; share > 1e-20; share *= x/last) {
        last++;
    }
    for (int n = last; n > order; n--) {
        total = (sines[n % 4] - x*total)/n;
    }
    return total;
}

static double sinc_derivative(double n, double x)
{
    if (!(n >= 0.0 && n <= 1000.0 && fmod(n, 1.0) == 0.0) || isnan(x)) {
        return NAN;
    }
    if (isinf(x)) {
        return 0.0;
    }
    const double value = sinc_derivative_above_0((int)n, fabs(x));
    return x < 0.0 && fmod(n, 2.0) == 1.0 ? -value : value;
}
