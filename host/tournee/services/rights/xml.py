"""A stranger's XML read: bounded, without a document type, its entities off."""

from __future__ import annotations

from lxml import etree

from tournee.services.failures import ServiceAnswerError
from tournee.services.point import ENVELOPE_MAX


def read_xml(content: bytes) -> etree._Element:
    """The root of a document; ServiceAnswerError for what is none, is too long or too deep, or has a document
    type: nothing in it is looked up, expanded or repeated in an error.
    """
    if len(content) > ENVELOPE_MAX:
        raise _no_answer("elle est trop longue")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _no_answer("ce n’est pas du XML entier") from None
    if root.getroottree().docinfo.doctype:
        raise _no_answer("elle déclare un type de document")
    return root


def _no_answer(why: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "Ce que dit le service des droits n’est pas une réponse.",
        cause=why,
        next_step="continuez avec la carte ; redemandez plus tard",
    )
