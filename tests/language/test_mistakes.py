"""Wrong formulas and the whole page that is said of each, caret by caret.

A row is the text, the values of its variables, and the page's lines.
"""

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe

CHARACTERS = [
    (
        "x − 1",
        {},
        [
            "error: '−' (U+2212 MINUS SIGN) is not part of the language",
            "  x − 1",
            "    ^",
            "hint: write -",
        ],
    ),
    (
        "2×3",
        {},
        [
            "error: '×' (U+00D7 MULTIPLICATION SIGN) is not part of the language",
            "  2×3",
            "   ^",
            "hint: write *",
        ],
    ),
    (
        "2 ÷ x",
        {},
        [
            "error: '÷' (U+00F7 DIVISION SIGN) is not part of the language",
            "  2 ÷ x",
            "    ^",
            "hint: write /",
        ],
    ),
    (
        "a ≤ b",
        {},
        [
            "error: '≤' (U+2264 LESS-THAN OR EQUAL TO) is not part of the language",
            "  a ≤ b",
            "    ^",
            "hint: write <=",
        ],
    ),
    (
        "a ≠ b",
        {},
        [
            "error: '≠' (U+2260 NOT EQUAL TO) is not part of the language",
            "  a ≠ b",
            "    ^",
            "hint: write !=",
        ],
    ),
    (
        "√x",
        {},
        [
            "error: '√' (U+221A SQUARE ROOT) is not part of the language",
            "  √x",
            "  ^",
            "hint: write sqrt(...)",
        ],
    ),
    (
        "∞",
        {},
        [
            "error: '∞' (U+221E INFINITY) is not part of the language",
            "  ∞",
            "  ^",
            "hint: write inf",
        ],
    ),
    (
        "‖v‖",
        {},
        [
            "error: '‖' (U+2016 DOUBLE VERTICAL LINE) is not part of the language",
            "  ‖v‖",
            "  ^",
            "hint: write norm(...)",
        ],
    ),
    (
        "{x}",
        {},
        [
            "error: '{' is not part of the language",
            "  {x}",
            "  ^",
            "hint: write (",
        ],
    ),
    (
        "x%2",
        {},
        [
            "error: '%' is not part of the language",
            "  x%2",
            "   ^",
            "hint: write mod(a, b)",
        ],
    ),
    (
        "a & b",
        {},
        [
            "error: '&' is not part of the language",
            "  a & b",
            "    ^",
            "hint: write a*b, for conditions a and b",
        ],
    ),
    (
        "!x",
        {},
        [
            "error: '!' is not part of the language",
            "  !x",
            "  ^",
            "hint: not equal is !=, the opposite of a condition c is 1 - c",
        ],
    ),
    (
        "x!",
        {},
        [
            "error: '!' is not part of the language",
            "  x!",
            "   ^",
            "hint: not equal is !=, the opposite of a condition c is 1 - c",
        ],
    ),
    (
        "x?",
        {},
        [
            "error: '?' is not part of the language",
            "  x?",
            "   ^",
            "hint: to choose between two values, write where(condition, a, b)",
        ],
    ),
    (
        "x.y",
        {},
        [
            "error: '.' is not part of the language",
            "  x.y",
            "   ^",
            "hint: a number needs a digit beside its point",
        ],
    ),
    (
        ".",
        {},
        [
            "error: '.' is not part of the language",
            "  .",
            "  ^",
            "hint: a number needs a digit beside its point",
        ],
    ),
    (
        '"x"',
        {},
        [
            "error: '\"' is not part of the language",
            '  "x"',
            "  ^",
            "hint: a formula has no text in quotes; names are written without",
        ],
    ),
    (
        "f'(x)",
        {},
        [
            "error: ''' is not part of the language",
            "  f'(x)",
            "   ^",
            "hint: a formula has no text in quotes; names are written without",
        ],
    ),
    (
        "“x”",
        {},
        [
            "error: '“' (U+201C LEFT DOUBLE QUOTATION MARK) is not part of the language",
            "  “x”",
            "  ^",
            "hint: a formula has no text in quotes; names are written without",
        ],
    ),
    (
        "x = -5:5",
        {},
        [
            "error: ':' is not part of the language",
            "  x = -5:5",
            "        ^",
            "hint: only gradcalc plot takes a range, as an option: --x=-5:5",
        ],
    ),
    (
        "v[1:2]",
        {},
        [
            "error: ':' is not part of the language",
            "  v[1:2]",
            "     ^",
            "hint: an index takes one element; v[-1] is the last",
        ],
    ),
    (
        "a\x00b",
        {},
        [
            "error: (U+0000) is not part of the language",
            "  a�b",
            "   ^",
            "hint: it cannot be seen; remove it",
        ],
    ),
    (
        "x\u200by",
        {},
        [
            "error: (U+200B ZERO WIDTH SPACE) is not part of the language",
            "  x�y",
            "   ^",
            "hint: it cannot be seen; remove it",
        ],
    ),
    (
        "x\xa0y",
        {},
        [
            "error: (U+00A0 NO-BREAK SPACE) is not part of the language",
            "  x\xa0y",
            "   ^",
            "hint: write an ordinary space",
        ],
    ),
    (
        "x \\\n+ y",
        {},
        [
            "error: line 1: '\\' is not part of the language",
            "  x \\",
            "    ^",
            "hint: a formula goes over several lines inside brackets",
        ],
    ),
    (
        "$x",
        {},
        [
            "error: '$' is not part of the language",
            "  $x",
            "  ^",
        ],
    ),
    (
        "x²",
        {},
        [
            "error: '²' (U+00B2 SUPERSCRIPT TWO) cannot be part of a name",
            "  x²",
            "   ^",
            "hint: write ^2",
        ],
    ),
    (
        "2²",
        {},
        [
            "error: '²' (U+00B2 SUPERSCRIPT TWO) is not part of the language",
            "  2²",
            "   ^",
            "hint: write ^2",
        ],
    ),
    (
        "x₁",
        {},
        [
            "error: '₁' (U+2081 SUBSCRIPT ONE) cannot be part of a name",
            "  x₁",
            "   ^",
            "hint: write x_1",
        ],
    ),
    (
        "½",
        {},
        [
            "error: '½' (U+00BD VULGAR FRACTION ONE HALF) is not part of the language",
            "  ½",
            "  ^",
            "hint: write (1/2)",
        ],
    ),
    (
        "×x",
        {},
        [
            "error: '×' (U+00D7 MULTIPLICATION SIGN) is not part of the language",
            "  ×x",
            "  ^",
            "hint: write *",
        ],
    ),
]

NUMBERS = [
    (
        "3..4",
        {},
        [
            "error: '3..4' is not a number",
            "  3..4",
            "  ^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1e",
        {},
        [
            "error: '1e' is not a number",
            "  1e",
            "  ^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1e+",
        {},
        [
            "error: '1e+' is not a number",
            "  1e+",
            "  ^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1e5e5",
        {},
        [
            "error: '1e5e5' is not a number",
            "  1e5e5",
            "  ^^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1e1.5",
        {},
        [
            "error: '1e1.5' is not a number",
            "  1e1.5",
            "  ^^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1.2.3",
        {},
        [
            "error: '1.2.3' is not a number",
            "  1.2.3",
            "  ^^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1_",
        {},
        [
            "error: '1_' is not a number",
            "  1_",
            "  ^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1__0",
        {},
        [
            "error: '1__0' is not a number",
            "  1__0",
            "  ^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "0x10",
        {},
        [
            "error: '0x10' is not a number",
            "  0x10",
            "  ^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "1,000",
        {},
        [
            "error: a comma cannot stand here",
            "  1,000",
            "   ^",
            "hint: digits are grouped by _: 1_000",
        ],
    ),
    (
        "5..",
        {},
        [
            "error: '.' is not part of the language",
            "  5..",
            "    ^",
            "hint: a number needs a digit beside its point",
        ],
    ),
]

MISSING_OPERATORS = [
    (
        "2x",
        {},
        [
            "error: there is no operator between '2' and 'x'",
            "  2x",
            "  ^^",
            "hint: 2*x",
        ],
    ),
    (
        "2pi",
        {},
        [
            "error: there is no operator between '2' and 'pi'",
            "  2pi",
            "  ^^^",
            "hint: 2*pi",
        ],
    ),
    (
        "x y",
        {},
        [
            "error: there is no operator between 'x' and 'y'",
            "  x y",
            "  ^^^",
            "hint: x*y",
        ],
    ),
    (
        "2 3",
        {},
        [
            "error: there is no operator between '2' and '3'",
            "  2 3",
            "  ^^^",
            "hint: 2*3",
        ],
    ),
    (
        "2(x)",
        {},
        [
            "error: there is no operator between '2' and '('",
            "  2(x)",
            "  ^^",
            "hint: 2*(...)",
        ],
    ),
    (
        "(x)(y)",
        {},
        [
            "error: there is no operator between '(x)' and '('",
            "  (x)(y)",
            "  ^^^^",
            "hint: (x)*(...)",
        ],
    ),
    (
        "(a + b)c",
        {},
        [
            "error: there is no operator between '(a + b)' and 'c'",
            "  (a + b)c",
            "  ^^^^^^^^",
            "hint: (a + b)*c",
        ],
    ),
    (
        "3 sin(x)",
        {},
        [
            "error: there is no operator between '3' and 'sin'",
            "  3 sin(x)",
            "  ^^^^^",
            "hint: 3*sin(...)",
        ],
    ),
    (
        "sin(x) cos(x)",
        {},
        [
            "error: there is no operator between 'sin(x)' and 'cos'",
            "  sin(x) cos(x)",
            "  ^^^^^^^^^^",
            "hint: sin(x)*cos(...)",
        ],
    ),
    (
        "sin x",
        {},
        [
            "error: the argument of sin needs parentheses",
            "  sin x",
            "  ^^^^^",
            "hint: sin(x)",
        ],
    ),
    (
        "sin 2",
        {},
        [
            "error: the argument of sin needs parentheses",
            "  sin 2",
            "  ^^^^^",
            "hint: sin(2)",
        ],
    ),
    (
        "sin cos x",
        {},
        [
            "error: the argument of sin needs parentheses",
            "  sin cos x",
            "  ^^^^^^^",
            "hint: sin(cos(...))",
        ],
    ),
    (
        "sin^2(x)",
        {},
        [
            "error: the argument of sin must follow it at once",
            "  sin^2(x)",
            "  ^^^^^",
            "hint: sin(...)^2",
        ],
    ),
    (
        "日本 語",
        {},
        [
            "error: there is no operator between '日本' and '語'",
            "  日本 語",
            "  ^^^^^^^",
            "hint: 日本*語",
        ],
    ),
    (
        "(x + y) tanh(x) z",
        {},
        [
            "error: there is no operator between '(x + y)' and 'tanh'",
            "  (x + y) tanh(x) z",
            "  ^^^^^^^^^^^^",
            "hint: (x + y)*tanh(...)",
        ],
    ),
    (
        "[1 2]",
        {},
        [
            "error: there is no operator between '1' and '2'",
            "  [1 2]",
            "   ^^^",
            "hint: 1, 2",
        ],
    ),
    (
        "max(1 2)",
        {},
        [
            "error: there is no operator between '1' and '2'",
            "  max(1 2)",
            "      ^^^",
            "hint: 1, 2",
        ],
    ),
    (
        "a = 1 b = 2",
        {},
        [
            "error: a new statement cannot begin at 'b'",
            "  a = 1 b = 2",
            "        ^",
            "hint: separate statements by ; or a new line",
        ],
    ),
]

MISSING_OPERANDS = [
    (
        "a +",
        {},
        [
            "error: the formula ends after '+', where a value is missing",
            "  a +",
            "     ^",
        ],
    ),
    (
        "a +  # and then",
        {},
        [
            "error: the formula ends after '+', where a value is missing",
            "  a +  # and then",
            "     ^",
        ],
    ),
    (
        "a *\nb",
        {},
        [
            "error: line 1: the formula ends after '*', where a value is missing",
            "  a *",
            "     ^",
            "hint: a formula goes over several lines inside brackets",
        ],
    ),
    (
        "* x",
        {},
        [
            "error: a value is missing before '*'",
            "  * x",
            "  ^",
        ],
    ),
    (
        "x * * y",
        {},
        [
            "error: a value is missing between '*' and '*'",
            "  x * * y",
            "      ^",
            "hint: write **",
        ],
    ),
    (
        "x + * y",
        {},
        [
            "error: a value is missing between '+' and '*'",
            "  x + * y",
            "      ^",
        ],
    ),
    (
        "x <> 3",
        {},
        [
            "error: a value is missing between '<' and '>'",
            "  x <> 3",
            "     ^",
            "hint: write !=",
        ],
    ),
    (
        "x => 3",
        {},
        [
            "error: a value is missing between '=' and '>'",
            "  x => 3",
            "     ^",
            "hint: write >=",
        ],
    ),
    (
        "x =< 3",
        {},
        [
            "error: a value is missing between '=' and '<'",
            "  x =< 3",
            "     ^",
            "hint: write <=",
        ],
    ),
    (
        "x // 2",
        {},
        [
            "error: a value is missing between '/' and '/'",
            "  x // 2",
            "     ^",
            "hint: for the whole part of a/b, write floor(a/b)",
        ],
    ),
    (
        "x ^^ 2",
        {},
        [
            "error: a value is missing between '^' and '^'",
            "  x ^^ 2",
            "     ^",
            "hint: write ^",
        ],
    ),
    (
        "x++",
        {},
        [
            "error: the formula ends after '+', where a value is missing",
            "  x++",
            "     ^",
        ],
    ),
    (
        "x += 1",
        {},
        [
            "error: a value is missing between '+' and '='",
            "  x += 1",
            "     ^",
        ],
    ),
    (
        "-",
        {},
        [
            "error: the formula ends after '-', where a value is missing",
            "  -",
            "   ^",
        ],
    ),
    (
        "^2",
        {},
        [
            "error: a value is missing before '^'",
            "  ^2",
            "  ^",
        ],
    ),
    (
        "x ^",
        {},
        [
            "error: the formula ends after '^', where a value is missing",
            "  x ^",
            "     ^",
        ],
    ),
    (
        "@",
        {},
        [
            "error: a value is missing before '@'",
            "  @",
            "  ^",
        ],
    ),
    (
        "|x|",
        {},
        [
            "error: a value is missing before '|'",
            "  |x|",
            "  ^",
            "hint: the absolute value is abs(x)",
        ],
    ),
]

OTHER_LANGUAGES = [
    (
        "x > 0 and y > 0",
        {},
        [
            "error: 'and' is not part of the language",
            "  x > 0 and y > 0",
            "        ^^^",
            "hint: for both conditions at once, multiply them: (a)*(b)",
        ],
    ),
    (
        "x or y",
        {},
        [
            "error: 'or' is not part of the language",
            "  x or y",
            "    ^^",
            "hint: for one condition or the other, write max(a, b)",
        ],
    ),
    (
        "not x",
        {},
        [
            "error: 'not' is not part of the language",
            "  not x",
            "  ^^^",
            "hint: for the opposite of a condition c, write 1 - c",
        ],
    ),
    (
        "x if y else z",
        {},
        [
            "error: 'if' is not part of the language",
            "  x if y else z",
            "    ^^",
            "hint: to choose between two values, write where(condition, a, b)",
        ],
    ),
    (
        "lambda x: x",
        {},
        [
            "error: 'lambda' is not part of the language",
            "  lambda x: x",
            "  ^^^^^^",
            "hint: a function is defined by a line such as f(x) = x^2",
        ],
    ),
    (
        "def f",
        {},
        [
            "error: 'def' is not part of the language",
            "  def f",
            "  ^^^",
            "hint: a function is defined by a line such as f(x) = x^2",
        ],
    ),
    (
        "a | b",
        {},
        [
            "error: '|' cannot stand here",
            "  a | b",
            "    ^",
            "hint: it follows the body of a function: f(x) = body | partial; for one condition or the other, write max(a, b)",
        ],
    ),
    (
        "a < b < c",
        {},
        [
            "error: comparisons cannot be chained",
            "  a < b < c",
            "        ^",
            "hint: for both at once, multiply them: (a < b)*(b < c)",
        ],
    ),
    (
        "a == b == c",
        {},
        [
            "error: comparisons cannot be chained",
            "  a == b == c",
            "         ^^",
            "hint: for both at once, multiply them: (a < b)*(b < c)",
        ],
    ),
]

BRACKETS = [
    (
        "(a + b",
        {},
        [
            "error: '(' is never closed",
            "  (a + b",
            "  ^",
            "hint: add the ')' that belongs to it",
        ],
    ),
    (
        "a + b)",
        {},
        [
            "error: ')' closes nothing",
            "  a + b)",
            "       ^",
            "hint: remove it, or add the '(' that belongs to it",
        ],
    ),
    (
        "((x)",
        {},
        [
            "error: '(' is never closed",
            "  ((x)",
            "  ^",
            "hint: add the ')' that belongs to it",
        ],
    ),
    (
        "(x))",
        {},
        [
            "error: ')' closes nothing",
            "  (x))",
            "     ^",
            "hint: remove it, or add the '(' that belongs to it",
        ],
    ),
    (
        "tanh(x",
        {},
        [
            "error: '(' is never closed",
            "  tanh(x",
            "      ^",
            "hint: add the ')' that belongs to it",
        ],
    ),
    (
        "tanh(",
        {},
        [
            "error: '(' is never closed",
            "  tanh(",
            "      ^",
            "hint: add the ')' that belongs to it",
        ],
    ),
    (
        "[1, 2",
        {},
        [
            "error: '[' is never closed",
            "  [1, 2",
            "  ^",
            "hint: add the ']' that belongs to it",
        ],
    ),
    (
        "(1]",
        {},
        [
            "error: ']' does not close '('",
            "  (1]",
            "    ^",
            "hint: write ')'",
        ],
    ),
    (
        "[1, 2)",
        {},
        [
            "error: ')' does not close '['",
            "  [1, 2)",
            "       ^",
            "hint: write ']'",
        ],
    ),
    (
        "(a; b)",
        {},
        [
            "error: ';' cannot stand inside brackets",
            "  (a; b)",
            "    ^",
            "hint: separate items by commas, or close the bracket before it",
        ],
    ),
    (
        "[1; 2]",
        {},
        [
            "error: ';' cannot stand inside brackets",
            "  [1; 2]",
            "    ^",
            "hint: separate items by commas, or close the bracket before it",
        ],
    ),
    (
        "()",
        {},
        [
            "error: there is nothing between the parentheses",
            "  ()",
            "  ^^",
        ],
    ),
    (
        "x[]",
        {},
        [
            "error: a value is missing between '[' and ']'",
            "  x[]",
            "    ^",
        ],
    ),
    (
        "x[1, 2]",
        {},
        [
            "error: a comma cannot stand here",
            "  x[1, 2]",
            "     ^",
            "hint: an element of a matrix is written m[0][1]",
        ],
    ),
    (
        "(1, 2)",
        {},
        [
            "error: a comma cannot stand here",
            "  (1, 2)",
            "    ^",
            "hint: a list is written in brackets: [1, ...]",
        ],
    ),
    (
        "1, 2",
        {},
        [
            "error: a comma cannot stand here",
            "  1, 2",
            "   ^",
            "hint: a list is written in brackets: [1, ...]",
        ],
    ),
    (
        "[1,, 2]",
        {},
        [
            "error: a value is missing between ',' and ','",
            "  [1,, 2]",
            "     ^",
        ],
    ),
    (
        "[, 1]",
        {},
        [
            "error: a value is missing between '[' and ','",
            "  [, 1]",
            "   ^",
        ],
    ),
    (
        "[1, ]",
        {},
        [
            "error: a value is missing between ',' and ']'",
            "  [1, ]",
            "      ^",
        ],
    ),
    (
        "f(, x)",
        {},
        [
            "error: a value is missing between '(' and ','",
            "  f(, x)",
            "    ^",
        ],
    ),
    (
        "max(x, )",
        {},
        [
            "error: a value is missing between ',' and ')'",
            "  max(x, )",
            "         ^",
        ],
    ),
    (
        "x]",
        {},
        [
            "error: ']' closes nothing",
            "  x]",
            "   ^",
            "hint: remove it, or add the '[' that belongs to it",
        ],
    ),
]

STATEMENTS = [
    (
        "",
        {},
        [
            "error: the formula is empty",
            "hint: a formula such as x*y + 1",
        ],
    ),
    (
        "   ",
        {},
        [
            "error: the formula is empty",
            "hint: a formula such as x*y + 1",
        ],
    ),
    (
        "# nothing but a comment",
        {},
        [
            "error: the formula is empty",
            "  # nothing but a comment",
            "  ^",
            "hint: a formula such as x*y + 1",
        ],
    ),
    (
        "; ;",
        {},
        [
            "error: the formula is empty",
            "  ; ;",
            "  ^",
            "hint: a formula such as x*y + 1",
        ],
    ),
    (
        "x =",
        {},
        [
            "error: the formula ends after '=', where a value is missing",
            "  x =",
            "     ^",
        ],
    ),
    (
        "x ==",
        {},
        [
            "error: the formula ends after '==', where a value is missing",
            "  x ==",
            "      ^",
        ],
    ),
    (
        "= 3",
        {},
        [
            "error: a value is missing before '='",
            "  = 3",
            "  ^",
        ],
    ),
    (
        "a = b = c",
        {},
        [
            "error: '=' cannot stand here",
            "  a = b = c",
            "        ^",
            "hint: to compare two values, write ==; a label stands alone before '='",
        ],
    ),
    (
        "(a = b)",
        {},
        [
            "error: '=' cannot stand here",
            "  (a = b)",
            "     ^",
            "hint: to compare two values, write ==; a label stands alone before '='",
        ],
    ),
    (
        "2 = x",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  2 = x",
            "  ^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "x + 1 = 2",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  x + 1 = 2",
            "  ^^^^^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "-x = 2",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  -x = 2",
            "  ^^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "v[0] = 1",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  v[0] = 1",
            "  ^^^^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "[a, b] = [1, 2]",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  [a, b] = [1, 2]",
            "  ^^^^^^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "x = 1\nx = 2",
        {},
        [
            "error: line 2: x is already defined",
            "  x = 2",
            "  ^",
        ],
    ),
    (
        "y = x\nx = 2",
        {},
        [
            "error: line 1: x is used before it is defined",
            "  y = x",
            "      ^",
            "hint: define a label above the first line that uses it",
        ],
    ),
    (
        "x = x + 1",
        {},
        [
            "error: x is defined by itself",
            "  x = x + 1",
            "      ^",
            "hint: give what it is computed from another name",
        ],
    ),
    (
        "y = e; e = 2; y",
        {},
        [
            "error: e is used before it is defined",
            "  y = e; e = 2; y",
            "      ^",
            "hint: define a label above the first line that uses it",
        ],
    ),
    (
        "x = 1 | 2",
        {},
        [
            "error: only a function can have a derivative rule after '|'",
            "  x = 1 | 2",
            "          ^",
        ],
    ),
    (
        "f(x) = x",
        {},
        [
            "error: the program ends with a definition and has no result",
            "  f(x) = x",
            "          ^",
            "hint: add a last line that calls the function",
        ],
    ),
    (
        "a = 1; f(x) = a;",
        {},
        [
            "error: the program ends with a definition and has no result",
            "  a = 1; f(x) = a;",
            "                  ^",
            "hint: add a last line that calls the function",
        ],
    ),
]

NAMES = [
    (
        "tahn(x)",
        {},
        [
            "error: there is no function tahn",
            "  tahn(x)",
            "  ^^^^",
            "hint: did you mean tanh?",
        ],
    ),
    (
        "Tanh(x)",
        {},
        [
            "error: there is no function Tanh",
            "  Tanh(x)",
            "  ^^^^",
            "hint: did you mean tanh?",
        ],
    ),
    (
        "тanh(x)",
        {},
        [
            "error: there is no function тanh",
            "  тanh(x)",
            "  ^^^^",
            "hint: did you mean tanh?",
        ],
    ),
    (
        "softmx([1, 2])",
        {},
        [
            "error: there is no function softmx",
            "  softmx([1, 2])",
            "  ^^^^^^",
            "hint: did you mean softmax?",
        ],
    ),
    (
        "x(2)",
        {},
        [
            "error: there is no function x",
            "  x(2)",
            "  ^",
            "hint: to multiply, write x*(...); to list them: gradcalc functions",
        ],
    ),
    (
        "pi(2)",
        {},
        [
            "error: there is no function pi",
            "  pi(2)",
            "  ^^",
            "hint: to multiply, write pi*(...); to list them: gradcalc functions",
        ],
    ),
    (
        "a = 3; a(2)",
        {},
        [
            "error: there is no function a",
            "  a = 3; a(2)",
            "         ^",
            "hint: to multiply, write a*(...)",
        ],
    ),
    (
        "f(1)",
        {},
        [
            "error: there is no function f",
            "  f(1)",
            "  ^",
            "hint: to multiply, write f*(...); to list them: gradcalc functions",
        ],
    ),
]

ARGUMENTS = [
    (
        "tanh()",
        {},
        [
            "error: tanh takes one argument, but none is given",
            "  tanh()",
            "  ^^^^^^",
        ],
    ),
    (
        "tanh(x, y)",
        {},
        [
            "error: tanh takes one argument, but 2 are given",
            "  tanh(x, y)",
            "  ^^^^^^^^^^",
        ],
    ),
    (
        "where(x, 2)",
        {},
        [
            "error: where takes three arguments, but 2 are given",
            "  where(x, 2)",
            "  ^^^^^^^^^^^",
        ],
    ),
    (
        "clip(x, 1)",
        {},
        [
            "error: clip takes three arguments, but 2 are given",
            "  clip(x, 1)",
            "  ^^^^^^^^^^",
        ],
    ),
    (
        "max()",
        {},
        [
            "error: max takes at least one argument, but none is given",
            "  max()",
            "  ^^^^^",
        ],
    ),
    (
        "dot([1, 2])",
        {},
        [
            "error: dot takes two arguments, but 1 is given",
            "  dot([1, 2])",
            "  ^^^^^^^^^^^",
        ],
    ),
    (
        "softmax([1, 2], 3)",
        {},
        [
            "error: softmax takes one argument, but 2 are given",
            "  softmax([1, 2], 3)",
            "  ^^^^^^^^^^^^^^^^^^",
        ],
    ),
    (
        "leaky_relu()",
        {},
        [
            "error: leaky_relu takes one or two arguments, but none is given",
            "  leaky_relu()",
            "  ^^^^^^^^^^^^",
        ],
    ),
    (
        "length()",
        {},
        [
            "error: length takes one argument, but none is given",
            "  length()",
            "  ^^^^^^^^",
        ],
    ),
    (
        "tanh(x=2)",
        {},
        [
            "error: an argument is given by its place, not by its name",
            "  tanh(x=2)",
            "       ^^^",
            "hint: write only 2",
        ],
    ),
]

FUNCTIONS = [
    (
        "f(x) = x\nf(1, 2)",
        {},
        [
            "error: line 2: f takes one argument, but 2 are given",
            "  f(1, 2)",
            "  ^^^^^^^",
        ],
    ),
    (
        "f(x, y) = x\nf(1)",
        {},
        [
            "error: line 2: f takes two arguments, but 1 is given",
            "  f(1)",
            "  ^^^^",
        ],
    ),
    (
        "f(x, y = 2) = x\nf()",
        {},
        [
            "error: line 2: f takes one or two arguments, but none is given",
            "  f()",
            "  ^^^",
        ],
    ),
    (
        "f(x, y = 2, z = 3) = x; f()",
        {},
        [
            "error: f takes one to three arguments, but none is given",
            "  f(x, y = 2, z = 3) = x; f()",
            "                          ^^^",
        ],
    ),
    (
        "f(x) = x; f(x=2)",
        {},
        [
            "error: an argument is given by its place, not by its name",
            "  f(x) = x; f(x=2)",
            "              ^^^",
            "hint: write only 2",
        ],
    ),
    (
        "f(x, x) = x",
        {},
        [
            "error: the parameter x of f is repeated",
            "  f(x, x) = x",
            "       ^",
        ],
    ),
    (
        "f(2) = 3",
        {},
        [
            "error: a parameter must be a name",
            "  f(2) = 3",
            "    ^",
        ],
    ),
    (
        "f(x + 1) = 3",
        {},
        [
            "error: a parameter must be a name",
            "  f(x + 1) = 3",
            "    ^^^^^",
        ],
    ),
    (
        "f(g(x)) = 1",
        {},
        [
            "error: a parameter must be a name",
            "  f(g(x)) = 1",
            "    ^^^^",
        ],
    ),
    (
        "f(x = 1, y) = x",
        {},
        [
            "error: the parameter y has no default, but one before it has",
            "  f(x = 1, y) = x",
            "           ^",
        ],
    ),
    (
        "f(x = y, y = 2) = x",
        {},
        [
            "error: the default of x uses y, which is not given before it",
            "  f(x = y, y = 2) = x",
            "        ^",
        ],
    ),
    (
        "f(x = x) = x",
        {},
        [
            "error: the default of x uses x, which is not given before it",
            "  f(x = x) = x",
            "        ^",
        ],
    ),
    (
        "f(x) = x\nf(x) = 2*x\nf(1)",
        {},
        [
            "error: line 2: f is already defined",
            "  f(x) = 2*x",
            "  ^",
        ],
    ),
    (
        "f(x) = f(x - 1)",
        {},
        [
            "error: f calls itself; a function cannot be recursive",
            "  f(x) = f(x - 1)",
            "         ^^^^^^^^",
        ],
    ),
    (
        "f(x) = g(x)\ng(x) = x\nf(1)",
        {},
        [
            "error: line 1: g is used before it is defined",
            "  f(x) = g(x)",
            "         ^",
            "hint: define a function above the first line that calls it",
        ],
    ),
    (
        "f(x) = x + y\ny = 2\nf(1)",
        {},
        [
            "error: line 1: y is used before it is defined",
            "  f(x) = x + y",
            "             ^",
            "hint: define a label above the first line that uses it",
        ],
    ),
    (
        "f(x) = y = x",
        {},
        [
            "error: '=' cannot stand here",
            "  f(x) = y = x",
            "           ^",
            "hint: to compare two values, write ==; a label stands alone before '='",
        ],
    ),
    (
        "f(x) =",
        {},
        [
            "error: the formula ends after '=', where a value is missing",
            "  f(x) =",
            "        ^",
        ],
    ),
    (
        "f(x, ) = x",
        {},
        [
            "error: a value is missing between ',' and ')'",
            "  f(x, ) = x",
            "       ^",
        ],
    ),
    (
        "f[x] = x",
        {},
        [
            "error: only a name or a function such as f(x, y) can stand before '='",
            "  f[x] = x",
            "  ^^^^",
            "hint: to compare two values, write ==",
        ],
    ),
    (
        "f(x) = [1, 2] + x; f([1, 2, 3])",
        {},
        [
            "error: the shapes do not fit: a list of 2 + a list of 3",
            "  f(x) = [1, 2] + x; f([1, 2, 3])",
            "                ^",
        ],
    ),
    (
        "f(x) = x[0]; f(1)",
        {},
        [
            "error: a number has no elements",
            "  f(x) = x[0]; f(1)",
            "         ^^^^",
            "hint: only a list or a matrix can be indexed; a list variable is given as --v=1,2,3",
        ],
    ),
    (
        "f(i) = [1, 2][i]; f(2)",
        {},
        [
            "error: the index 2 is out of range for a list of 2",
            "  f(i) = [1, 2][i]; f(2)",
            "                ^",
            "hint: indices go from 0 to 1, or from -1 back to -2",
        ],
    ),
    (
        "f(x) = x; f + 1",
        {},
        [
            "error: no value is given for the variable f",
            "  f(x) = x; f + 1",
            "            ^",
            "hint: to call the function, write f(...)",
        ],
    ),
]

RULES = [
    (
        "f(x) = x |",
        {},
        [
            "error: the formula ends after '|', where a value is missing",
            "  f(x) = x |",
            "            ^",
        ],
    ),
    (
        "f(x) = | 1",
        {},
        [
            "error: a value is missing between '=' and '|'",
            "  f(x) = | 1",
            "         ^",
        ],
    ),
    (
        "f(x) = x | 1 | 2",
        {},
        [
            "error: '|' cannot stand here",
            "  f(x) = x | 1 | 2",
            "               ^",
            "hint: it follows the body of a function: f(x) = body | partial; for one condition or the other, write max(a, b)",
        ],
    ),
    (
        "f(x) = x | 1, 2",
        {},
        [
            "error: f has 1 parameter, but its rule has 2 partials",
            "  f(x) = x | 1, 2",
            "             ^^^^",
            "hint: write one partial derivative for each parameter, in order",
        ],
    ),
    (
        "f(x, y) = x | 1",
        {},
        [
            "error: f has 2 parameters, but its rule has 1 partial",
            "  f(x, y) = x | 1",
            "                ^",
            "hint: write one partial derivative for each parameter, in order",
        ],
    ),
    (
        "f(out) = out | 1",
        {},
        [
            "error: in a derivative rule, out is the function's own value",
            "  f(out) = out | 1",
            "    ^^^",
            "hint: give the parameter another name",
        ],
    ),
    (
        "f(x) = x | z",
        {},
        [
            "error: z is neither a parameter of f nor out",
            "  f(x) = x | z",
            "             ^",
            "hint: a derivative rule is a formula in the parameters and in out, the function's own value",
        ],
    ),
    (
        "f(x) = x*z | z",
        {},
        [
            "error: z is not a parameter of f; a function with its own derivative rule uses nothing else",
            "  f(x) = x*z | z",
            "           ^",
        ],
    ),
    (
        "f(x) = exp(x) | f(x)",
        {},
        [
            "error: the derivative rule of f calls f",
            "  f(x) = exp(x) | f(x)",
            "                  ^^^^",
            "hint: in a rule, out is the function's own value",
        ],
    ),
    (
        "f(x) = x | tahn(x)",
        {},
        [
            "error: there is no function tahn",
            "  f(x) = x | tahn(x)",
            "             ^^^^",
            "hint: did you mean tanh?",
        ],
    ),
    (
        "f(x = 1) = x | 1",
        {},
        [
            "error: f has its own derivative rule, so its parameters cannot have defaults",
            "  f(x = 1) = x | 1",
            "  ^^^^^^^^",
        ],
    ),
    (
        "f(x) = [x, x] | 1\nf(1)",
        {},
        [
            "error: line 1: f has its own derivative rule, so it must give one number",
            "  f(x) = [x, x] | 1",
            "  ^^^^^^^^^^^^^^^^^",
        ],
    ),
    (
        "f(x) = x^2 | sin(x, x); f(1)",
        {},
        [
            "error: in the derivative rule of f: sin takes one argument, but 2 are given",
            "  f(x) = x^2 | sin(x, x); f(1)",
            "               ^^^^^^^^^",
        ],
    ),
    (
        "f(v) = sum(v) | [1, 2]; f([1, 2, 3])",
        {},
        [
            "error: in the derivative rule of f: a partial has 2 elements, but its parameter has 3",
            "  f(v) = sum(v) | [1, 2]; f([1, 2, 3])",
            "                  ^^^^^^",
        ],
    ),
    (
        "f(v) = sum(v) | v @ [1, 2]; f([1, 2, 3])",
        {},
        [
            "error: in the derivative rule of f: the shapes do not fit: a list of 3 @ a list of 2",
            "  f(v) = sum(v) | v @ [1, 2]; f([1, 2, 3])",
            "                  ^^^^^^^^^^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "f(v) = sum(v) | v[5]; f([1, 2, 3])",
        {},
        [
            "error: in the derivative rule of f: the index 5 is out of range for a list of 3",
            "  f(v) = sum(v) | v[5]; f([1, 2, 3])",
            "                  ^^^^",
            "hint: indices go from 0 to 2, or from -1 back to -3",
        ],
    ),
]

LISTS = [
    (
        "[]",
        {},
        [
            "error: a list cannot be empty",
            "  []",
            "  ^^",
        ],
    ),
    (
        "[[], []]",
        {},
        [
            "error: a list cannot be empty",
            "  [[], []]",
            "   ^^",
        ],
    ),
    (
        "[[1, 2], [3]]",
        {},
        [
            "error: the rows of a matrix must have one length: item 0 is a list of 2, item 1 is a list of 1",
            "  [[1, 2], [3]]",
            "  ^^^^^^^^^^^^^",
        ],
    ),
    (
        "[1, [2]]",
        {},
        [
            "error: the rows of a matrix must have one length: item 0 is a number, item 1 is a list of 1",
            "  [1, [2]]",
            "  ^^^^^^^^",
        ],
    ),
    (
        "[[1, 2], 3]",
        {},
        [
            "error: the rows of a matrix must have one length: item 0 is a list of 2, item 1 is a number",
            "  [[1, 2], 3]",
            "  ^^^^^^^^^^^",
        ],
    ),
    (
        "[[[1]]]",
        {},
        [
            "error: a list of matrices is not possible; lists nest two deep at most",
            "  [[[1]]]",
            "  ^^^^^^^",
        ],
    ),
    (
        "v[3]",
        {"v": [1, 2, 3]},
        [
            "error: the index 3 is out of range for a list of 3",
            "  v[3]",
            "    ^",
            "hint: indices go from 0 to 2, or from -1 back to -3",
        ],
    ),
    (
        "v[-4]",
        {"v": [1, 2, 3]},
        [
            "error: the index -4 is out of range for a list of 3",
            "  v[-4]",
            "    ^^",
            "hint: indices go from 0 to 2, or from -1 back to -3",
        ],
    ),
    (
        "v[0.5]",
        {"v": [1, 2, 3]},
        [
            "error: an index must be a whole number, not 0.5",
            "  v[0.5]",
            "    ^^^",
        ],
    ),
    (
        "v[1/0]",
        {"v": [1, 2, 3]},
        [
            "error: an index must be a whole number, not inf",
            "  v[1/0]",
            "    ^^^",
        ],
    ),
    (
        "v[x]",
        {"v": [1, 2, 3], "x": 1},
        [
            "error: an index must be a constant",
            "  v[x]",
            "    ^",
            "hint: it depends on the variable x",
        ],
    ),
    (
        "v[w]",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: an index must be a number, not a list",
            "  v[w]",
            "    ^",
        ],
    ),
    (
        "v[0][0]",
        {"v": [1, 2, 3]},
        [
            "error: a number has no elements",
            "  v[0][0]",
            "  ^^^^^^^",
            "hint: only a list or a matrix can be indexed; a list variable is given as --v=1,2,3",
        ],
    ),
    (
        "x[0]",
        {"x": 1},
        [
            "error: a number has no elements",
            "  x[0]",
            "  ^^^^",
            "hint: only a list or a matrix can be indexed; a list variable is given as --v=1,2,3",
        ],
    ),
    (
        "(1 + 2)[0]",
        {},
        [
            "error: a number has no elements",
            "  (1 + 2)[0]",
            "  ^^^^^^^^^^",
            "hint: only a list or a matrix can be indexed; a list variable is given as --v=1,2,3",
        ],
    ),
    (
        "m[2]",
        {"m": [[1, 2], [3, 4]]},
        [
            "error: the index 2 is out of range for a 2x2 matrix",
            "  m[2]",
            "    ^",
            "hint: indices go from 0 to 1, or from -1 back to -2",
        ],
    ),
    (
        "m[0][2]",
        {"m": [[1, 2], [3, 4]]},
        [
            "error: the index 2 is out of range for a list of 2",
            "  m[0][2]",
            "       ^",
            "hint: indices go from 0 to 1, or from -1 back to -2",
        ],
    ),
    (
        "v + w",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit: a list of 3 + a list of 2",
            "  v + w",
            "    ^",
        ],
    ),
    (
        "v*m",
        {"v": [1, 2, 3], "m": [[1, 2], [3, 4]]},
        [
            "error: the shapes do not fit: a list of 3 * a 2x2 matrix",
            "  v*m",
            "   ^",
        ],
    ),
    (
        "(v  # a comment with + in it\n  + w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: line 2: the shapes do not fit: a list of 3 + a list of 2",
            "    + w)",
            "    ^",
        ],
    ),
    (
        "2 + v^w",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit: a list of 3 ^ a list of 2",
            "  2 + v^w",
            "       ^",
        ],
    ),
    (
        "v < w",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit: a list of 3 < a list of 2",
            "  v < w",
            "    ^",
        ],
    ),
    (
        "m @ v",
        {"v": [1, 2, 3], "m": [[1, 2], [3, 4]]},
        [
            "error: the shapes do not fit: a 2x2 matrix @ a list of 3",
            "  m @ v",
            "    ^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "v @ m",
        {"v": [1, 2, 3], "m": [[1, 2], [3, 4]]},
        [
            "error: the shapes do not fit: a list of 3 @ a 2x2 matrix",
            "  v @ m",
            "    ^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "m @ n",
        {"m": [[1, 2], [3, 4]], "n": [[1, 2, 3]]},
        [
            "error: the shapes do not fit: a 2x2 matrix @ a 1x3 matrix",
            "  m @ n",
            "    ^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "2 @ v",
        {"v": [1, 2, 3]},
        [
            "error: the shapes do not fit: a number @ a list of 3",
            "  2 @ v",
            "    ^",
            "hint: to scale by a number, write *",
        ],
    ),
    (
        "m @ x",
        {"m": [[1, 2], [3, 4]], "x": 1},
        [
            "error: the shapes do not fit: a 2x2 matrix @ a number",
            "  m @ x",
            "    ^",
            "hint: to scale by a number, write *",
        ],
    ),
    (
        "hypot(v, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit in hypot: a list of 3 and a list of 2",
            "  hypot(v, w)",
            "  ^^^^^^^^^^^",
        ],
    ),
    (
        "where(v, w, 0)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit in where: a list of 3 and a list of 2",
            "  where(v, w, 0)",
            "  ^^^^^^^^^^^^^^",
        ],
    ),
    (
        "max(v, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit in max: a list of 3 and a list of 2",
            "  max(v, w)",
            "  ^^^^^^^^^",
        ],
    ),
    (
        "clip(v, 0, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: the shapes do not fit in clip: a list of 3 and a list of 2",
            "  clip(v, 0, w)",
            "  ^^^^^^^^^^^^^",
        ],
    ),
    (
        "transpose(v)",
        {"v": [1, 2, 3]},
        [
            "error: transpose takes a matrix, not a list of 3",
            "  transpose(v)",
            "  ^^^^^^^^^^^^",
        ],
    ),
    (
        "transpose(2)",
        {},
        [
            "error: transpose takes a matrix, not a number",
            "  transpose(2)",
            "  ^^^^^^^^^^^^",
        ],
    ),
    (
        "dot(v, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: in dot: the shapes do not fit: a list of 3 @ a list of 2",
            "  dot(v, w)",
            "  ^^^^^^^^^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "mse(v, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: in mse: the shapes do not fit: a list of 3 - a list of 2",
            "  mse(v, w)",
            "  ^^^^^^^^^",
        ],
    ),
    (
        "linear(v, m, 0)",
        {"v": [1, 2, 3], "m": [[1, 2], [3, 4]]},
        [
            "error: in linear: the shapes do not fit: a 2x2 matrix @ a list of 3",
            "  linear(v, m, 0)",
            "  ^^^^^^^^^^^^^^^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "2*neuron(w, v, 0)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: in neuron: the shapes do not fit: a list of 3 @ a list of 2",
            "  2*neuron(w, v, 0)",
            "    ^^^^^^^^^^^^^^^",
            "hint: the last length on the left must equal the first on the right",
        ],
    ),
    (
        "cross_entropy_logits(v, w)",
        {"v": [1, 2, 3], "w": [1, 2]},
        [
            "error: cross_entropy_logits takes lists of one length: here are a list of 3 and a list of 2",
            "  cross_entropy_logits(v, w)",
            "  ^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ],
    ),
    (
        "cross_entropy_logits(v, 1)",
        {"v": [1, 2, 3]},
        [
            "error: cross_entropy_logits takes lists of one length: here are a list of 3 and a number",
            "  cross_entropy_logits(v, 1)",
            "  ^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ],
    ),
]

VARIABLES = [
    (
        "x*y + z",
        {},
        [
            "error: no value is given for the variables x, y, z",
            "  x*y + z",
            "  ^",
            "hint: add --x=... --y=... --z=...",
        ],
    ),
    (
        "x*y",
        {"x": 1, "z": 2},
        [
            "error: no value is given for the variable y; z is not a variable of the formula",
            "  x*y",
            "    ^",
            "hint: add --y=...",
        ],
    ),
    (
        "x",
        {"x": 1, "y": 2, "z": 3},
        [
            "error: y, z are not variables of the formula",
            "hint: its variables are x",
        ],
    ),
    (
        "alpha*x",
        {"alhpa": 2, "x": 1},
        [
            "error: no value is given for the variable alpha; alhpa is not a variable of the formula",
            "  alpha*x",
            "  ^^^^^",
            "hint: alhpa may be meant for alpha",
        ],
    ),
    (
        "x*y",
        {"X": 1, "Y": 2},
        [
            "error: no value is given for the variables x, y; X, Y are not variables of the formula",
            "  x*y",
            "  ^",
            "hint: X may be meant for x, Y may be meant for y",
        ],
    ),
    (
        "2",
        {"x": 1},
        [
            "error: x is not a variable of the formula",
            "hint: it has none",
        ],
    ),
    (
        "a + b + c + d + f",
        {},
        [
            "error: no value is given for the variables a, b, c, d, f",
            "  a + b + c + d + f",
            "  ^",
            "hint: add --a=... --b=... --c=... --d=... and so on",
        ],
    ),
    (
        "sin*2",
        {},
        [
            "error: no value is given for the variable sin",
            "  sin*2",
            "  ^^^",
            "hint: to call the function, write sin(...)",
        ],
    ),
    (
        "y = 2; y*x",
        {"x": 1, "y": 3},
        [
            "error: y is not a variable of the formula",
            "hint: the formula computes y itself",
        ],
    ),
    (
        "x",
        {"x": "2"},
        [
            "error: the value of x is not a number: '2'",
        ],
    ),
    (
        "x",
        {"x": [1, "a"]},
        [
            "error: the value of x is not a number: 'a'",
        ],
    ),
    (
        "x",
        {"x": []},
        [
            "error: the value of x is an empty list",
        ],
    ),
    (
        "x",
        {"x": [[1, 2], [3]]},
        [
            "error: the value of x is ragged: its rows have different lengths",
        ],
    ),
    (
        "x",
        {"x": [1, [2]]},
        [
            "error: the value of x is ragged: its rows have different lengths",
        ],
    ),
    (
        "x",
        {"x": [[[1]]]},
        [
            "error: the value of x nests lists more than two deep",
        ],
    ),
    (
        "x",
        {"x": None},
        [
            "error: the value of x is not a number: None",
        ],
    ),
    (
        "x",
        {"x": {"a": 1}},
        [
            "error: the value of x is an object, not a number or list",
        ],
    ),
    (
        "x",
        {"x": (1 + 2j)},
        [
            "error: the value of x is not a number: (1+2j)",
        ],
    ),
    (
        "line1 = x\nline2 = y*line1\nline2 + 1",
        {"x": 2},
        [
            "error: line 2: no value is given for the variable y",
            "  line2 = y*line1",
            "          ^",
            "hint: add --y=...",
        ],
    ),
]
TABLES = {
    "characters": CHARACTERS,
    "numbers": NUMBERS,
    "missing operators": MISSING_OPERATORS,
    "missing operands": MISSING_OPERANDS,
    "other languages": OTHER_LANGUAGES,
    "brackets": BRACKETS,
    "statements": STATEMENTS,
    "names": NAMES,
    "arguments": ARGUMENTS,
    "functions": FUNCTIONS,
    "rules": RULES,
    "lists": LISTS,
    "variables": VARIABLES,
}


@pytest.mark.parametrize(
    ("formula", "variables", "page"),
    [
        pytest.param(*row, id=f"{name}: {row[0]!a}")
        for name, rows in TABLES.items()
        for row in rows
    ],
)
def test_mistake(formula, variables, page):
    with pytest.raises(GradcalcError) as caught:
        evaluate(formula, variables)
    assert describe(caught.value).split("\n") == page


@pytest.mark.parametrize("name", TABLES)
def test_span_lies_within_the_text(name):
    for formula, variables, _ in TABLES[name]:
        with pytest.raises(GradcalcError) as caught:
            evaluate(formula, variables)
        error = caught.value
        if error.span is not None:
            assert error.source == formula
            assert 0 <= error.span[0] <= error.span[1] <= len(formula)
        assert error.to_dict() == {
            "kind": error.kind,
            "message": error.message,
            "span": list(error.span) if error.span else None,
            "hint": error.hint,
        }


KINDS = [
    ("x +", {}, "syntax"),
    ("tahn(x)", {}, "name"),
    ("x = 1; x = 2", {}, "name"),
    ("[1, 2] + [1, 2, 3]", {}, "shape"),
    ("[1, 2][x]", {"x": 1}, "formula"),
    ("x", {}, "variable"),
]


@pytest.mark.parametrize(("formula", "variables", "kind"), KINDS)
def test_kind(formula, variables, kind):
    with pytest.raises(GradcalcError) as caught:
        evaluate(formula, variables)
    assert caught.value.kind == kind
    assert caught.value.exit_code == 2
