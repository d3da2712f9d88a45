"""XPath 1.0 on any document: axes, node tests, predicates, order, namespaces, names, IDs, languages."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from villagefp.forms.xpath import XPathError, evaluate

XML = "http://www.w3.org/XML/1998/namespace"
DOC = """<?xml version="1.0"?>
<!DOCTYPE book>
<!-- before --><?first one  two ?>
<book id="b" xml:lang="zh-CN" xmlns:m="urn:m"><part n="1"><ch n="2">A<!--note-->B<![CDATA[<C>]]></ch><ch n="3"
><ch n="4"/>
</ch></part><m:part m:n="5" n="6" xmlns:k="urn:k"><k:ch k:id="x"/><?layout wide?></m:part>
<part n="7" xml:lang="en" xmlns="urn:d"><ch n="8" xmlns=""/><m:ch xml:id="y" xmlns:m="urn:other"/></part><end/></book>
<!-- after -->"""
PREFIXES = {"d": "urn:d", "k": "urn:k"}

NODES = [
    # axes, from the inner chapter (4)
    ("4", "count(self::node())", "1"), ("4", "name(parent::*)", "ch"), ("4", "count(ancestor::*)", "3"),
    ("4", "count(ancestor::node())", "4"), ("4", "count(ancestor-or-self::*)", "4"),
    ("4", "string(ancestor::*[1]/@n)", "3"),
    ("4", "string((ancestor::*)[1]/@id)", "b"), ("4", "string(ancestor::ch[last()]/@n)", "3"),
    ("4", "join(',', preceding::*/@n)", "2"), ("4", "join(',', following::*/@n)", "6,7,8"),
    ("4", "count(child::*)", "0"),
    ("4", "count(following::node()[self::text()])", "2"), ("4", "count(descendant::node())", "0"),
    ("4", "name(following::*[1])", "m:part"), ("4", "name((preceding::* | ancestor::*)[2])", "part"),
    ("1", "join(',', ch/@n)", "2,3"), ("1", "join(',', descendant::ch/@n)", "2,3,4"),
    ("1", "join(',', .//ch/@n)", "2,3,4"),
    ("1", "join(',', descendant-or-self::*/@n)", "1,2,3,4"), ("1", "join(',', following-sibling::*/@n)", "6,7"),
    ("1", "name(following-sibling::*[last()])", "end"), ("1", "count(preceding-sibling::node())", "0"),
    ("7", "name(preceding-sibling::*[1])", "m:part"), ("7", "string(preceding-sibling::*[2]/@n)", "1"),
    ("7", "join(',', preceding::*/@n)", "1,2,3,4,6"), ("7", "string(preceding::*[3]/@n)", "4"),
    # from an attribute: it has a parent and no siblings
    ("2@", "name(..)", "ch"), ("2@", "count(following-sibling::node() | preceding-sibling::node())", "0"),
    ("2@", "count(ancestor::*)", "3"), ("2@", "count(child::node())", "0"), ("2@", "count(self::*)", "0"),
    ("2@", "count(self::node())", "1"), ("2@", "string(following::ch[1]/@n)", "3"), ("2@", "count(preceding::*)", "0"),
    ("2@", "count(descendant-or-self::node())", "1"), ("2@", "count(attribute::*)", "0"),
    # kinds of nodes
    ("2", "count(text())", "2"), ("2", "string(text()[1])", "A"), ("2", "string(text()[2])", "B<C>"),
    ("2", "string(.)", "AB<C>"),
    ("2", "count(comment())", "1"), ("2", "string(comment())", "note"), ("2", "count(node())", "3"),
    ("6", "count(processing-instruction())", "1"), ("6", "string(processing-instruction('layout'))", "wide"),
    ("6", "count(processing-instruction('other'))", "0"), ("6", "name(processing-instruction())", "layout"),
    ("/", "count(node())", "4"), ("/", "count(/comment())", "2"), ("/", "string(comment()[2])", " after "),
    ("/", "string(processing-instruction())", "one  two "), ("/", "name(/*)", "book"), ("/", "name(/)", ""),
    ("/", "count(/..)", "0"), ("/", "count(//comment())", "3"), ("/", "count(//text()[normalize-space() != ''])", "2"),
    ("2", "name(text())", ""), ("2", "local-name(comment())", ""), ("2", "namespace-uri(@n)", ""),
    # predicates
    ("/", "string(//ch[1]/@n)", "2"), ("/", "join(',', //ch[1]/@n)", "2,4,8"), ("/", "string((//ch)[2]/@n)", "3"),
    ("/", "join(',', //ch[@n > 2][@n < 8]/@n)", "3,4"), ("/", "string(//ch[@n > 2][1]/@n)", "3"),
    ("/", "join(',', //*[@n][position() = last()]/@n)", "3,4,7,8"), ("/", "count(//*[ch])", "3"),
    ("/", "count(//*[not(*)])", "6"),
    ("/", "string(//*[ch[ch]]/@n)", "1"), ("/", "count(//ch[0])", "0"), ("/", "count(//ch[1.5])", "0"),
    ("/", "count(//ch['x'])", "4"), ("/", "count(//ch[''])", "0"), ("/", "string(//ch[last()-1]/@n)", "2"),
    ("/", "string(//ch[string-length(@n) = 1 and position() mod 2 = 0]/@n)", "3"), ("/", "last()", "1"),
    ("/", "position()", "1"),
    ("1", "string(*[position() = current()/@n]/@n)", "2"), ("1", "count((ch)[1]/text())", "2"),
    # order: a set has its nodes once, as the document has them
    ("/", "join(',', (//ch | //*[@n]/@n | //ch)/@n | //*/@n)", "1,2,3,4,6,7,8"),
    ("4", "join(',', (. | .. | ../..)/@n)", "1,3,4"),
    ("4", "join(',', (following::* | preceding::*)/@n)", "2,6,7,8"), ("/", "join(',', //ch/../@n)", "1,3,7"),
    ("/", "join(',', //*/ch/@n)", "2,3,4,8"), ("/", "join(',', //*/ancestor::*[@n]/@n)", "1,3,6,7"),
    ("/", "name((//@n | //ch | //part)[1])", "part"), ("6", "join(',', @*)", "5,6"),
    ("6", "count(@m:n | @n | ./@*)", "2"),
    # names and namespaces
    ("/", "count(//part)", "1"), ("/", "count(//m:part)", "1"), ("/", "count(//d:part)", "1"),
    ("/", "count(//*[local-name() = 'part'])", "3"),
    ("/", "count(//m:*)", "1"), ("/", "count(//@m:*)", "1"), ("/", "name(//@m:n)", "m:n"),
    ("/", "local-name(//@m:n)", "n"),
    ("/", "namespace-uri(//@m:n)", "urn:m"), ("/", "name(//k:ch)", "k:ch"), ("/", "name(//d:part)", "part"),
    ("/", "namespace-uri(//d:part)", "urn:d"), ("/", "namespace-uri(//d:part/ch)", ""),
    ("/", "name(//d:part/*[2])", "m:ch"),
    ("/", "namespace-uri(//d:part/*[2])", "urn:other"), ("/", "name(/book/@xml:lang)", "xml:lang"),
    ("/", "name(nowhere)", ""),
    ("/", "count(//xml:lang)", "0"),
    # the namespace axis: what is declared here or above, and xml
    ("/", "count(namespace::*)", "0"), ("b", "join(',', namespace::*)", f"urn:m,{XML}"),
    ("6", "count(namespace::node())", "3"),
    ("6", "string(namespace::k)", "urn:k"), ("6", "name(namespace::*[1])", "k"),
    ("7", "string(namespace::*[name() = ''])", "urn:d"),
    ("7", "name(namespace::node())", ""), ("8", "count(namespace::*)", "2"),
    ("8", "count(namespace::*[. = 'urn:d'])", "0"),
    ("7", "string(*[2]/namespace::m)", "urn:other"), ("6", "name(namespace::k/..)", "m:part"),
    ("6", "count(namespace::text())", "0"),
    ("6", "namespace-uri(namespace::k)", ""), ("6", "local-name(namespace::m)", "m"),
    ("2@", "count(namespace::*)", "0"),
    ("6", "name((@* | namespace::*)[1])", "k"), ("6", "count(namespace::* | namespace::* | @*)", "5"),
    # IDs and languages
    ("/", "name(id('b'))", "book"), ("/", "name(id('y'))", "m:ch"), ("/", "count(id('b y b nowhere'))", "2"),
    ("/", "count(id('x'))", "0"),
    ("/", "name(id(' y \n'))", "m:ch"), ("b", "count(id(@id))", "1"), ("2", "lang('zh')", "true"),
    ("2", "lang('ZH-cn')", "true"),
    ("2", "lang('zh-CN-x')", "false"), ("2", "lang('z')", "false"), ("8", "lang('en')", "true"),
    ("8", "lang('zh')", "false"),
    ("2@", "lang('zh')", "true"), ("/", "lang('zh')", "false"),
]  # fmt: skip
PLACES = {
    "/": "/", "b": "/book", "1": "/book/part", "2": "//ch[@n=2]", "2@": "//ch[@n=2]/@n", "4": "//ch[@n=4]",
    "6": "//m:part",
    "7": "//d:part", "8": "//ch[@n=8]",
}  # fmt: skip


@pytest.mark.parametrize(("place", "expression", "expected"), NODES, ids=[f"{case[0]}: {case[1]}" for case in NODES])
def test_nodes(place: str, expression: str, expected: str) -> None:
    assert evaluate(f"string({expression})", DOC, PLACES[place], PREFIXES) == expected


def test_results_are_elements_and_texts() -> None:
    (part,) = evaluate("//part", DOC)  # type: ignore[misc]
    assert isinstance(part, ET.Element)
    assert part.tag == "part"
    assert "".join(part.itertext()) == "AB<C>\n"
    assert evaluate("//ch[@n=2]/node()", DOC) == ["A", "note", "B<C>"]
    assert evaluate("//m:part/namespace::k", DOC) == ["urn:k"]
    (root,) = evaluate("/", DOC)  # type: ignore[misc]
    assert isinstance(root, ET.Element)
    assert root.tag == "book"
    assert root.find("end") is not None
    assert evaluate("nowhere", DOC) == []


def test_an_element_tree_knows_the_prefixes_of_the_caller_only() -> None:
    tree = ET.ElementTree(ET.fromstring('<a xmlns:p="urn:p"><p:b p:c="1"/></a>'))  # noqa: S314  the text above
    assert evaluate("string(//q:b/@q:c)", tree, namespaces={"q": "urn:p"}) == "1"
    assert evaluate("name(//q:b)", tree, namespaces={"q": "urn:p"}) == "q:b"
    assert evaluate("string(/a/namespace::q)", tree, namespaces={"q": "urn:p"}) == "urn:p"
    assert evaluate("//q:b", tree, namespaces={"q": "urn:p"}) == [tree.getroot()[0]]  # type: ignore[index]
    with pytest.raises(XPathError):
        evaluate("//p:nowhere", tree)


def test_the_document_may_say_which_attributes_are_ids() -> None:
    document = "<!DOCTYPE a [<!ATTLIST b code ID #IMPLIED>]><a><b code='k'/><b code='l'/></a>"
    assert evaluate("count(id('k l'))", document) == 2.0
    assert evaluate("count(id('k'))", "<a><b code='k'/></a>") == 0.0


def test_names_without_a_prefix_reach_the_questions_of_an_xform() -> None:
    form = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
    <itext><translation lang="en"><text id="hello"><value>Hello</value></text></translation>
    <translation lang="zh" default="true()"><text id="hello"><value>您好</value></text></translation></itext>
    <instance><data><a>3</a></data></instance>
    <instance id="towns"><root><item><name>x</name><label>X</label></item></root></instance></model></h:head>
    </h:html>"""
    assert evaluate("//data/a + 1", form) == 4.0
    assert evaluate("string(instance('towns')/root/item[name='x']/label)", form) == "X"
    assert evaluate("pulldata('towns', 'label', 'name', 'x')", form) == "X"
    assert evaluate("jr:itext('hello')", form) == "您好"
    with pytest.raises(XPathError):
        evaluate("instance('nowhere')", form)


@pytest.mark.parametrize(
    "document",
    [
        "", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", "<p:a/>", "<a>&nosuch;</a>", "<a>\x01</a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE a [<!ENTITY % b "c">]><a/>', "<!ENTITY x 'y'><a/>",
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "x.dtd"><a>&b;</a>',
        "<a>" + "<!--x--", "<?xml version='1.0' encoding='nosuch", "<a>\ud800</a><b/>",
    ],
)  # fmt: skip
def test_documents_that_are_none(document: str) -> None:
    with pytest.raises(XPathError):
        evaluate("/", document)


def test_documents_that_are_sound() -> None:
    assert evaluate("string(/a)", "\ufeff\n <?xml version='1.0' encoding='GBK'?><a>李</a>") == "李"
    assert evaluate("string(/a)", "<!DOCTYPE a PUBLIC 'x' 'y.dtd'><a>1</a>") == "1"
    assert evaluate("string(/a)", "<a><![CDATA[<!ENTITY]]></a>") == "<!ENTITY"
    assert evaluate("string-length(/a)", "<a>&#x1F389;&lt;</a>") == 2.0
