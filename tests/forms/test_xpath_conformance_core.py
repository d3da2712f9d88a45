"""XPath 1.0 as ODK uses it: literals, operators, conversions, texts and numbers, a table a subject."""

from __future__ import annotations

import math

import pytest

from villagefp.forms.xpath import XPathError, evaluate

INF, NAN = math.inf, math.nan
DOC = """<shop open="yes"><fruit price="3">apple</fruit><fruit price="10">pear</fruit><fruit price="">fig</fruit>
<n>4</n><n>10</n><n>-2</n><none/><blank>  </blank><day>2026-03-01</day><day>2026-02-28</day><div>7</div><mod>2</mod>
<and>1</and><or/><a-b>9</a-b><p.q>8</p.q></shop>"""


def check(expression: str, expected: object, document: str = DOC, context: str = "/shop") -> None:
    found = evaluate(expression, document, context)
    assert type(found) is type(expected), expression
    if isinstance(found, float) and isinstance(expected, float):
        same = math.isnan(found) if math.isnan(expected) else math.isclose(found, expected, rel_tol=1e-12)
        assert same, f"{expression}: {found}"
    else:
        assert found == expected, expression


LITERALS = [
    ("7", 7.0), ("7.", 7.0), ("007.50", 7.5), (".25", 0.25), ("0", 0.0), ("1e3", 1000.0), ("2.5E-2", 0.025),
    ("1230000000000000000000", 1.23e21), ("0.00000000000000000123", 1.23e-18), ("''", ""), ("\"it's\"", "it's"),
    ("'say \"so\"'", 'say "so"'), ("'  '", "  "), ("'李芳'", "李芳"), ("(((3)))", 3.0), ("  5\n\t ", 5.0),
]  # fmt: skip

ARITHMETIC = [
    ("1+1", 2.0), ("1 -1", 0.0), ("1- 1", 0.0), ("5- 4-1--1--4", 5.0), ("-1 --1", 0.0), ("----3", 3.0), ("---3", -3.0),
    ("2*3", 6.0), ("2 * - 3", -6.0), ("8 div 2 + 4", 8.0), ("8 div 2 div 2", 2.0), ("1-10 mod 3 div 3", 2 / 3),
    ("4-3*4+5-1", -4.0), ("(4-3)*4+5-1", 8.0), ("1.05+2.05", 3.0999999999999996), ("5 mod 2", 1.0), ("5 mod -2", 1.0),
    ("-5 mod 2", -1.0), ("-5 mod -2", -1.0), ("5 mod 1.5", 0.5), ("10 mod (1 div 0)", 10.0), ("0 mod 5", 0.0),
    ("5 mod 0", NAN), ("(1 div 0) mod 2", NAN), ("1 div 0", INF), ("-1 div 0", -INF), ("1 div -0", -INF),
    ("0 div 0", NAN), ("(1 div 0) * 0", NAN), ("(1 div 0) - (1 div 0)", NAN), ("true() + true()", 2.0),
    ("false() - 1", -1.0), ("'3' + '4'", 7.0), ("'x' * 2", NAN), ("-'19'", -19.0), ("-(2 + 3)", -5.0), ("-n", -4.0),
    ("n + 1", 5.0), ("n[2] + n[3]", 8.0), ("n[2]*n[3]", -20.0), ("n[2]-n[1]", 6.0), ("n[2] div n", 2.5),
    ("none + 1", NAN), ("blank * 1", NAN), ("nowhere - 1", NAN), ("sum(n) div count(n)", 4.0),
]  # fmt: skip

LEXING = [
    ("7mod4", 3.0), ("7 mod4", 3.0), ("7mod 4", 3.0), ("'7'mod'4'", 3.0), ("8div2", 4.0), ("1and1", True),
    ("1 and1", True), ("0or 1", True), ("'a'and'b'", True), ("6*(3+4)and(5or2)", True), ("4andtrue()", True),
    ("7 divn", 1.75), ("1 or\r\n\t0", True), ("3<4", True), ("3>=4", False), ("3!=4", True), ("n=4", True),
    (".='x'", False), (".>1", False), ("..=.", True), ("1 &lt; 2", True), ("2 &gt;= 3", False),
    ("div div mod", 3.5), ("div mod mod", 1.0), ("div * mod", 14.0), ("and and or", True), ("/shop/div div 7", 1.0),
    ("a-b", ["9"]), ("a-b - 1", 8.0), ("n -1", 3.0), ("p.q", ["8"]), ("count(*)", 16.0), ("count(*) * 2", 32.0),
    ("count(@*)", 1.0), ("count ( n )", 3.0), ("count(child :: n)", 3.0), ("n [ 2 ] + 0", 10.0), ("@open", ["yes"]),
    ("@ open='yes'", True), ("/*/n[1]", ["4"]), ("* * 2", NAN), ("if (1, 'a', 'b')", "a"),
]  # fmt: skip

PRECEDENCE = [
    ("1 or 0 and 0", True), ("(1 or 0) and 0", False), ("true() and false() or true()", True),
    ("3 < 4 < 5", True), ("5 > 4 > 3", False), ("1 = 1 = 1", True), ("2 = 2 = 2", True), ("3 = 2 = 2", False),
    ("3 > 2 = true()", True),
    ("2 + 3 = 5", True), ("2 + 3 < 2 * 3", True), ("1 = 2 or 3 = 3 and 1 = 1", True), ("- 4 * 6", -24.0),
    ("-2 + 3", 1.0), ("- n | none = -4", True), ("1 < 2 = 3 > 2 and 5 <= 6 != 7 >= 8", True), ("not(1) = 0", True),
]  # fmt: skip

COMPARISON = [
    ("1 = 1.0", True), ("'1' = '1.0'", False), ("'1' = 1.0", True), ("'' = ''", True), ("'a' != 'b'", True),
    ("'abc' < 'abd'", False), ("'10' > '9'", True), ("true() = 'anything'", True), ("false() = ''", True),
    ("true() = 1", True), ("true() = 2", True), ("2 > true()", True), ("false() < true()", True),
    ("'' < 1", False), ("'' >= 0", False), ("number('x') = number('x')", False), ("number('x') != number('x')", True),
    ("6.1 - 7.8 = -1.7", True), ("0.1 + 0.2 = 0.3", True), ("0.1 + 0.2 != 0.3", False),
    # a set of nodes holds if any node of it does
    ("n = 10", True), ("n = 5", False), ("n != 4", True), ("n > 9", True), ("n > 10", False), ("n < -1", True),
    ("10 = n", True), ("10 > n", True), ("-3 > n", False), ("n = '10'", True), ("fruit = 'fig'", True),
    ("fruit != 'fig'", True), ("fruit/@price = 3", True), ("fruit/@price = ''", True), ("n = n[2]", True),
    ("n[1] = n[2]", False), ("n[1] < n", True), ("n > fruit", False), ("n = true()", True), ("nowhere = false()", True),
    ("not(n = 5)", True), ("not(n != 4)", False),
    # an empty answer, and one that is not there, is an empty text and no number
    ("none = ''", True), ("nowhere = ''", True), ("none != ''", False), ("none > 0", False), ("none < 0", False),
    ("none = 0", False), ("nowhere = 'x'", False), ("'x' = nowhere", False), ("blank = ''", False),
    # days are one however they are written
    ("day = '2026-03-01'", True), ("'2026-3-1' = '2026-03-01'", True), ("'2026-03-01' != '2026-3-1'", False),
    ("day > '2026-02-28'", True), ("day[1] > day[2]", True), ("day[2] > day[1]", False),
    ("'2026-03-01' = '2026-03-01T00:00:00.000+08:00'", True), ("'2026-03-01' < '2026-03-01T00:00:00.001+08:00'", True),
]  # fmt: skip

BOOLEANS = [
    ("boolean(0)", False), ("boolean(-0)", False), ("boolean(0.0001)", True), ("boolean(number('x'))", False),
    ("boolean(1 div 0)", True), ("boolean('')", False), ("boolean('false')", True), ("boolean(' ')", True),
    ("boolean(none)", True), ("boolean(nowhere)", False), ("not(nowhere)", True), ("not('')", True), ("not(0)", True),
    ("true()", True), ("false()", False), ("false() and unknown-function()", False), ("true() or count()", True),
    ("1 and 2 and 3", True), ("0 or '' or nowhere", False), ("number('') and 1", False), ("1 and -1", True),
]  # fmt: skip

NUMBERS = [
    ("number('  -12.5 ')", -12.5), ("number('1.1 \n ')", 1.1), ("number('.5')", 0.5), ("number('5.')", 5.0),
    ("number('- 5')", NAN), ("number('+5')", NAN), ("number('1e3')", NAN), ("number('1.2.3')", NAN),
    ("number('')", NAN), ("number(' . ')", NAN), ("number('Infinity')", NAN), ("number('1,5')", NAN),
    ("number('１２')", NAN), ("number(true())", 1.0), ("number(n)", 4.0), ("number(n[5])", NAN), ("number()", NAN),
    ("floor(2.6)", 2.0), ("floor(-2.5)", -3.0), ("floor(1 div 0)", INF), ("floor('x')", NAN), ("ceiling(2.4)", 3.0),
    ("ceiling(-1.55)", -1.0), ("ceiling(-1 div 0)", -INF), ("1 div ceiling(-0.5)", -INF), ("round(2.5)", 3.0),
    ("round(-2.5)", -2.0), ("round(-2.51)", -3.0), ("round(0.49)", 0.0), ("1 div round(-0.2)", -INF),
    ("round(1 div 0)", INF), ("round('x')", NAN), ("round('7,6')", 8.0), ("round(1.005, 2)", 1.01),
    ("round('2.149', 1)", 2.1), ("round('-12345.15', 1)", -12345.1), ("round('12345.15', 1)", 12345.2),
    ("round(23.7825, 1.9)", 23.8), ("round(1250, -2)", 1300.0), ("round(33.33, -1)", 30.0),
    ("round(-50.55, -2)", -100.0),
    ("round(5, 31)", NAN), ("round(1.5, 'x')", NAN), ("int(2.99)", 2.0), ("int(-2.99)", -2.0), ("int('7.5')", 7.0),
    ("int(1 div 0)", INF), ("int(1 div 47999799999)", 0.0), ("abs('-10.5')", 10.5), ("pow(-2, 3)", -8.0),
    ("pow(2, 0.5)", math.sqrt(2)), ("pow(-8, 1 div 3)", NAN), ("pow(0, -1)", INF), ("pow(10, 400)", INF),
    ("pow(-10, 401)", -INF), ("sqrt(-1)", NAN), ("exp(0)", 1.0), ("exp(1000)", INF), ("exp10(-2)", 0.01),
    ("exp10(400)", INF), ("log(0)", -INF), ("log(-1)", NAN), ("log10(0.001)", -3.0), ("pi()", math.pi),
    ("sin(pi() div 2)", 1.0), ("cos(0)", 1.0), ("tan(0)", 0.0), ("asin(1)", math.pi / 2), ("acos(2)", NAN),
    ("atan(1) * 4", math.pi), ("atan2(1, -1)", 3 * math.pi / 4), ("sin('x')", NAN), ("sum(n)", 12.0),
    ("sum(nowhere)", 0.0), ("sum(fruit)", NAN), ("sum(fruit/@price)", NAN), ("max(n)", 10.0), ("min(n)", -2.0),
    ("max(n, 30, '40')", 40.0), ("min(5, n)", -2.0), ("max(nowhere)", NAN), ("min('')", NAN), ("max(n, none)", NAN),
    ("max(-4, -1, -3)", -1.0), ("count(n | none)", 4.0),
]  # fmt: skip

TEXTS = [
    ("string(1 div 3)", "0.3333333333333333"), ("string(-0)", "0"), ("string(100)", "100"), ("string(-0.10)", "-0.1"),
    ("string(1000000000000000000000)", "1000000000000000000000"), ("string(0.0000001)", "0.0000001"),
    ("string(1 div 0)", "Infinity"), ("string(number('x'))", "NaN"), ("string(1=1)", "true"), ("string(n)", "4"),
    ("string(nowhere)", ""), ("string(/)", None), ("concat('a', 1, true())", "a1true"), ("concat(n, '!')", "410-2!"),
    ("concat('x')", "x"), ("concat()", ""), ("starts-with('', '')", True), ("starts-with('ab', '')", True),
    ("contains('', 'a')", False), ("contains('asdf', 'sd')", True), ("ends-with('abc', 'bc')", True),
    ("ends-with('abc', '')", True), ("substring-before('a/b/c', '/')", "a"), ("substring-before('abc', '')", ""),
    ("substring-before('abc', 'x')", ""), ("substring-after('a/b/c', '/')", "b/c"),
    ("substring-after('abc', '')", "abc"),
    ("substring-after('abc', 'x')", ""), ("substring('12345', 2)", "2345"), ("substring('12345', 0, 3)", "12"),
    ("substring('12345', -42, 1 div 0)", "12345"), ("substring('12345', 0 div 0, 3)", ""),
    ("substring('12345', 1.5, 2.6)", "234"), ("substring('12345', -1 div 0, 1 div 0)", ""),
    ("substring('12345', 2, 0)", ""), ("string-length('')", 0.0), ("string-length('农村')", 2.0),
    ("string-length(n)", 1.0), ("normalize-space('  a \n  b\t')", "a b"),
    ("normalize-space('\u3000a\u00a0')", "\u3000a\u00a0"),
    ("normalize-space(blank)", ""), ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
    ("translate('aa', 'aa', 'bc')", "bb"),
    ("translate('2026/01', '/', '-')", "2026-01"), ("translate('abc', '', 'x')", "abc"),
]  # fmt: skip

ALL = {
    "literals": LITERALS, "arithmetic": ARITHMETIC, "lexing": LEXING, "precedence": PRECEDENCE,
    "comparison": COMPARISON, "booleans": BOOLEANS, "numbers": NUMBERS, "texts": TEXTS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [pytest.param(*case, id=f"{subject}: {case[0]}") for subject, cases in ALL.items() for case in cases],
)
def test_core(expression: str, expected: object) -> None:
    if isinstance(expected, list):
        expected, expression = expected[0], f"string({expression})"
    if expected is None:
        assert str(evaluate(expression, DOC)).startswith("applepearfig")
    else:
        check(expression, expected)


@pytest.mark.parametrize(
    "expression",
    [
        "", "   ", "1 +", "+ 1", "5 == 5", "5 <> 5", "5 % 2", "5/5", "1 And 1", "a b", "()", "(", "((1)", ")", "'open",
        "a:b:c", "5abc", ".abc", "n[", "n[]", "n]", "[1]", "n[1", "a//", "//", "/shop/", "..[1]", ".[1]",
        "preceding::..",
        "child::.", "::n", "bad-axis::n", "@n::*", "node(5)", "text('x')", "comment(n)", "processing-instruction(5)",
        "child::func()", "n/(none)", "8|-9", "$", "$var", "false() and $var", "1 = = 2", "f(1", "f(1,)", "f(,1)",
        "inv#lid", "a ~ b", "n n", "'a' 'b'", "1 2", "count(1)", "sum('x')", "1 | 2", "n | 2", "'a'/b", "(1)[1]",
        "position(1)", "name(1)", "local-name('x')", "true(5)", "not()", "string(1, 2)", "substring('a')",
        "contains('a')", "round()", "round(1, 2, 3)", "concat(unknown-function())", "lang()", "count()", "id()",
        "translate('a', 'b')", "sum()", "ceiling(1, 2)", "jr:unknown()", "randomize(1, 2)", "uuid('x')", "uuid(-1)",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_an_error(expression: str) -> None:
    with pytest.raises(XPathError):
        evaluate(expression, DOC, "/shop")
