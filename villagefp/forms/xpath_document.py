"""Reads any XML document into the tree that expressions walk, bounded, without entities, nothing forgotten.

ElementTree drops what XPath can ask for: the prefixes of names, the namespaces an element declares, comments and
instructions beside the root element.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.parsers import expat

from villagefp.forms.xpath_syntax import XPathError
from villagefp.forms.xpath_tree import ATTRIBUTE, COMMENT, ELEMENT, INSTRUCTION, TEXT, XML, Document, Node
from villagefp.i18n import _

MAX_XML = 20_000_000
_MAX_NODES = 2_000_000


def read_document(text: str) -> tuple[Document, dict[str, str]]:
    """The document and the first meaning of each prefix that it declares; XPathError where it is none."""
    if len(text) > MAX_XML:
        raise XPathError(_("the document is larger than 20 MB"))
    reader = _Reader()
    parser = reader.parser()
    try:
        parser.Parse(text.strip("\ufeff \t\r\n").encode(errors="replace"), True)
    except expat.ExpatError as error:
        raise XPathError(_("the document is no XML: {error}").format(error=error)) from error
    return reader.document, reader.prefixes


class _Reader:
    def __init__(self) -> None:
        self.document = Document()
        self.prefixes: dict[str, str] = {"xml": XML}
        self._here: Node = self.document
        self._declared: dict[str, str] = {}
        self._count = 0

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", "}")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.specified_attributes = True  # what a DTD would add everywhere is not read
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = lambda text: self._add(Node(COMMENT, text=text))
        parser.ProcessingInstructionHandler = lambda target, text: self._add(Node(INSTRUCTION, target, text=text))
        parser.StartNamespaceDeclHandler = self._declare
        parser.EntityDeclHandler = self._refuse
        parser.SkippedEntityHandler = self._refuse
        parser.AttlistDeclHandler = self._attribute_type
        return parser

    def _add(self, node: Node) -> Node:
        self._count += 1
        if self._count > _MAX_NODES:
            raise XPathError(_("the document has more than {count} nodes").format(count=_MAX_NODES))
        return self._here.append(node)

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        node = self._add(_named(ELEMENT, name))
        if self._declared:
            node.declared, self._declared = self._declared, {}
        for key, told in zip(attributes[::2], attributes[1::2], strict=True):
            attribute = _named(ATTRIBUTE, key)
            attribute.text = told
            attribute.parent = node
            node.attributes.append(attribute)
        self._count += len(attributes) // 2
        self._here = node

    def _end(self, _name: str) -> None:
        self._here = self._here.parent or self.document

    def _text(self, text: str) -> None:
        if self._here is not self.document:
            before = self._here.children[-1] if self._here.children else None
            if before is not None and before.kind == TEXT:
                before.text += text  # CDATA continues the text before it
            else:
                self._add(Node(TEXT, text=text))

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._declared[prefix or ""] = uri or ""
        self.prefixes.setdefault(prefix or "", uri or "")

    def _refuse(self, *_told: object) -> None:
        raise XPathError(_("a document that defines entities is not read"))

    def _attribute_type(self, element: str, attribute: str, kind: str, _default: str | None, _required: bool) -> None:
        if kind == "ID":
            self.document.identifying.add((element, attribute))


def _named(kind: int, name: str) -> Node:
    parts = name.split("}")
    if len(parts) == 1:
        return Node(kind, name)
    return Node(kind, parts[1], namespace=parts[0], prefix=parts[2] if len(parts) > 2 else "")
