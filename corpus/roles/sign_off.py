"""The sign-off of an agency at the end of a text: "(sda/dpa)".

Names of agencies are matched as they sign, so the list is short; what is lower case and has a slash
between two short tokens ("(mfr/wire)") needs no list. Not covered: a sign-off without brackets.
"""

import re

AGENCY_NAMES = """
aa aap adn afp aga agi alamy ana anadolu anp ansa antara ap apa apn atp ats awp belga bns bta cna
cp ctk dapd dpa dts efe epa epd europapress getty hina ians idw imago interfax irna itar-tass jiji
kcna keystone kna kyodo lapresse lusa mti ndr ntb ntv-agenturen pa pap petra picture-alliance pti
rbc reuters ria ritzau rtr sda shutterstock sid sna sputnik stt swissinfo tanjug tass tt ukrinform
upi wam wap xinhua yonhap čtk интерфакс риа тасс укринформ унн 中央社 共同 共同通信 新华社 新華社 時事 時事通信 연합뉴스
"""
AGENCIES = frozenset(AGENCY_NAMES.split())
_ONE = "|".join(sorted(map(re.escape, AGENCIES), key=len, reverse=True))
_TOKEN = r"[a-zà-ž]{2,9}"
_MARK = (
    rf"[(（\[](?:(?i:{_ONE})(?:\s?[/,\-–]\s?(?i:{_ONE}|{_TOKEN}))*"
    rf"|{_TOKEN}(?:\s?/\s?(?i:{_ONE}|{_TOKEN})){{1,4}})[)）\]]$"
)
# A full stop (and quotes) before it, so that no bracket of a sentence is taken. Group 1 is the sign-off.
SIGN_OFF = re.compile(rf"""(?<=[.!?…。！？"'”“»«’])\s*({_MARK})""")
ALONE = re.compile(_MARK)
