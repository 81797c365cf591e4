"""A bill of materials, CycloneDX 1.6 in JSON, written and judged by CycloneDX's own library.

The same parts give the same bytes: its serial number is a name of its content, its time is handed in.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from part import NotReleased, Part

_NAMESPACE = uuid.UUID("7f0b9a0e-51a4-5c35-9d0f-6f3c0f7d2a11")
_licences = LicenseFactory()


def bill_of(whole: Part, parts: Iterable[Part], time: int) -> str:
    """The bill of `whole`, which holds `parts`, as text. NotReleased when CycloneDX's schema refuses it.

    `time` is in seconds of the epoch.
    """
    listed = sorted(parts)
    root = _component(whole)
    tools = [_component(Part("tournee-release", whole.version, "application", "MIT"))]
    when = datetime.fromtimestamp(time, UTC)
    metadata = BomMetaData(component=root, timestamp=when)
    metadata.tools.components.update(tools)
    components = [_component(part) for part in listed]
    name = uuid.uuid5(_NAMESPACE, repr((whole, listed)))
    bom = Bom(metadata=metadata, components=components, serial_number=name)
    bom.register_dependency(root, components)
    text = JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
    if wrong := refused(text):
        raise NotReleased(f"CycloneDX refuses the bill of {whole.name}: {wrong}")
    return text


def refused(text: str) -> str:
    """What CycloneDX's schema has against a bill, empty when nothing."""
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return "" if wrong is None else str(wrong).partition("\n")[0]


def _component(part: Part) -> Component:
    reference = f"{part.kind}:{part.name}@{part.version}"
    licences = [_licences.make_from_string(part.licence)] if part.licence else []
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType(part.kind),
        bom_ref=reference,
        scope=ComponentScope(part.scope),
        description=part.about or None,
        licenses=licences,
        purl=PackageURL.from_string(part.purl) if part.purl else None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else [],
        properties=[Property(name="tournee:linked", value=file) for file in part.files],
    )
