"""What readers send: published vectors, and the two ways to read one."""

from dataclasses import replace
from datetime import UTC, datetime

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.domain.customer import Title
from lobby_app.scans.context import ScanContext
from lobby_app.scans.parse import parse

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CONTEXT = ScanContext(token_key=b"k" * 32, key_number=3, now=NOW)
DEMO = replace(CONTEXT, is_demo=True)

TRACKS = {
    "both": "%B4761739001010010^TEST/CARDHOLDER           ^30122010000000000000?"
    ";4761739001010010=30122010000000000?",
    "second": ";6212345678900000003=30122200000000000?",
    "with_lrc": ";6212345678900000003=30122010000000000000?<",
    "blank_name": "%B4761739001010010^                          ^30122010000000000000?",
    "no_expiry": ";6212345678900000003==220?",
    "third": "+016212345678900000003=1561560000000?",
    "third_with_mark": "!016212345678900000003=1561560000000?",
    "third_like_second": ";014761739001010010=1561560000000?",
    "first": "%B4761739001010010^TEST/CARDHOLDER^30122010000000000000?F",
}
CARDS = [
    "4111111111111111", "5555555555554444", "378282246310005", "6011111111111117",
    "3530111333300000", "6200000000000005", "6205500000000000004", "4761739001010010",
    "6212345678900000003",
]  # fmt: skip
PRC = {
    "11010519491231002X": (CredentialKind.RESIDENT_ID, 76, Title.MS),
    "440524188001010014": (CredentialKind.RESIDENT_ID, 146, Title.MR),
    "810000199408230021": (CredentialKind.RESIDENCE_PERMIT, 32, Title.MS),
    "830000199201300022": (CredentialKind.RESIDENCE_PERMIT, 34, Title.MS),
    "911124198108030024": (CredentialKind.FOREIGNER_CARD, 45, Title.MS),
}
MRZ = {
    "td3": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "td2": "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
    "td1": "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "mrv_a": "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    "mrv_b": "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
}
LICENCE = (
    "@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\n"
    "DDFN\nDADJOHN\nDDGN\nDCUJR\nDCAD\nDCBK\nDCDPH\nDBD06062019\nDBB06061986\nDBA12102024\nDBC1\n"
    "DAU068 in\nDAYBRO\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\nDAJVA\nDAK232690000  \n"
    "DCF2424244747474786102204\nDCGUSA\nDCK123456789\nDDAF\nDDB06062018\nDDC06062020\nDDD1\r"
    "ZVZVA01\r"
)

SCANNABLE = [*TRACKS.values(), *CARDS, *PRC, *MRZ.values(), LICENCE, "13800138000", "H12345678"]


def read(text: str, context: ScanContext = CONTEXT) -> Credential:
    scan = parse(text, context)
    assert isinstance(scan, Credential), scan
    return scan


def reason(text: str, context: ScanContext = CONTEXT) -> str:
    scan = parse(text, context)
    assert isinstance(scan, Unreadable), scan
    return scan.reason
