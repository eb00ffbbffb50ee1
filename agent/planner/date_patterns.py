"""How periods are said: PATTERNS, one line a form, over folded words; a maker turns a match into a Moment."""

from __future__ import annotations

from collections.abc import Callable

from agent.planner import date_makers as made
from agent.planner.date_words import COUNTS, MONTHS, UNITS, WEEKDAYS
from agent.planner.moments import Moment

_N = rf"(?P<n>\d+|{'|'.join(COUNTS)})"
_U = rf"(?P<unit>{'|'.join(UNITS)})s?"
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_VMONTH = r"thang (?P<month>1[0-2]|0?[1-9])(?!\d)"
_YEAR = (
    r"(?:(?: of | nam |/ ?| )(?P<year>20\d\d|19\d\d)|(?: of)? (?P<back>last|this|next) year"
    r"| (?:cua )?nam (?P<back_vi>nay|ngoai|truoc|roi|sau|toi))"
)
_REF = r"(?:the |this |of this |of the )?"
_DAY = r"(?P<d1>\d{1,2})(?:st|nd|rd|th)?"


_DIR_EN = r"(?P<dir>last|previous|prior|this|current|next|coming|following|upcoming)"
_DIR_VI = r"(?P<dir>nay|truoc|vua qua|vua roi|qua|roi|ngoai|sau|toi|sap toi|tiep theo)"
_MORE = r"(?P<more>more than |over |at least |hon |tren |qua |it nhat )?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"

Maker = Callable[[made.Said], Moment | None]

PATTERNS: tuple[tuple[str, Maker], ...] = (
    # units: last month, this quarter, tháng này, năm ngoái
    (r"(?P<day>today|hom nay|yesterday|hom qua|hom kia|tomorrow|ngay mai|mai)", made.named_day),
    (rf"(?:in |over |for |during |within )?(?:the )?{_DIR_EN} (?P<full>full |complete |whole )?{_U}", made.unit),
    (rf"(?:in |over |for |during |within )?(?:the )?past {_U}", made.back_one),
    (rf"(?:trong |hoi )?(?:ca )?{_U} {_DIR_VI}", made.unit),
    (
        rf"(?:in |for |during )?the {_U} before last"
        rf"|(?:trong |hoi )?(?P<unit_vi>{'|'.join(UNITS)}) (?:truoc|kia|ngoai) nua",
        made.before_last,
    ),
    (r"(?P<unit>year|month|week|quarter) to date", made.this_unit),
    (r"(?P<unit>y|m)td", made.to_date),
    (rf"(?:since |from |tu )?(?:the )?(?:beginning|start) of {_REF}{_U}", made.this_unit),
    (
        r"(?:tu |ke tu |tinh tu )?dau (?P<unit>nam|thang|quy|tuan)(?: nay)?(?: (?:den|toi) (?:nay"
        r"|gio))?",
        made.this_unit,
    ),
    (r"(?:(?:since|from) )?(?:the )?(?:beginning|start) of (?P<year>20\d\d|(?P<back>last) year)", made.since_year),
    (rf"(?:since|from) (?:the )?(?:beginning|start) of {_MONTH}{_YEAR}?", made.since_month),
    (
        r"(?:(?:tu|ke tu|tinh tu) )?dau (?:nam )?(?:(?P<year>20\d\d)|(?<=nam )(?P<back_vi>ngoai|truoc))(?: (?:den|toi) "
        r"(?:nay|gio))?",
        made.since_year,
    ),
    (
        r"(?:tu|ke tu|tinh tu) dau (?:quy (?P<quarter>[1-4])|thang (?P<month>1[0-2]|0?[1-9]))(?: (?:den|toi) "
        r"(?:nay|gio))?",
        made.since_begun,
    ),
    # rolling: the last 30 days, 6 tháng gần đây, for over a year
    (rf"(?:in |over |for |during |within )?(?:the )?(?P<dir>last|past|previous|next|coming) {_N} {_U}", made.rolling),
    (rf"(?:in|within|for|in at least|for at least) {_N} {_U}", made.lasting),
    (rf"(?:in |for |by )?(?:over|more than|longer than) {_N} {_U}", made.over),
    (
        rf"(?:trong )?(?:vong )?(?:suot )?{_N} {_U} (?P<dir>qua|gan day|gan nhat|vua qua|truoc|toi|sau|tiep"
        rf" theo|sap toi|ke tiep)",
        made.rolling,
    ),
    (rf"(?:trong )?(?:vong )?{_N} {_U}(?P<dir>)(?: nay| tro lai day| tro lai| roi)", made.rolling),
    (rf"(?P<dir>){_N} {_U}(?= (?:chua|khong|ko) )", made.rolling),
    (rf"(?:da )?(?:hon|tren|qua|it nhat) {_N} {_U}(?: nay| qua| roi)?", made.over),
    (rf"(?:suot|da|duoc) (?P<dir>){_N} {_U}(?: nay| qua| roi)?", made.rolling),
    (rf"(?:trong|trong vong) {_N} {_U}", made.lasting),
    (r"half a year|nua nam (?:qua|nay|gan day)", made.half_year_long),
    (rf"{_MORE}{_N} {_U} (?:ago|back|before today)", made.ago),
    (rf"(?:cach day )?(?P<more>hon |tren |qua |it nhat ){_N} {_U} truoc", made.ago),
    (rf"cach day {_MORE}{_N} {_U}", made.ago),
    (r"(?:most )?recently|lately|gan day|dao nay|thoi gian qua", made.recently),
    # named months, quarters, years, halves
    (rf"(?:in |of |during )?{_MONTH}{_YEAR}?", made.month),
    (rf"(?:(?<=to )|(?<=and ))(?P<month>may){_YEAR}?", made.month),
    (rf"(?:trong |hoi |dip )?{_VMONTH}{_YEAR}?(?: nay| vua roi| vua qua)?", made.month),
    (r"(?:in )?(?P<month>1[0-2]|0?[1-9])/(?P<year>\d{4})", made.month),
    (rf"t(?P<month>1[0-2]|[1-9]){_YEAR}?", made.month),
    (rf"(?:in |trong )?(?:the )?(?:q|quarter |quy )(?P<quarter>[1-4]){_YEAR}?(?: vua roi| vua qua)?", made.quarter),
    (rf"(?:the )?(?P<which>first|second|third|fourth) quarter{_YEAR}?", made.first_quarters),
    (r"(?:in |during |nam |year |trong nam |trong |ca nam |hoi nam |hoi )?(?P<year>20[0-4]\d)", made.whole_year),
    (r"(?:in |during |nam |year |trong nam )(?P<year>19[2-9]\d)", made.whole_year),
    (
        r"(?:(?<=before )|(?<=after )|(?<=since )|(?<=from )|(?<=truoc )|(?<=sau )|(?<=tu )|(?<=and )|(?<=to )"
        r"|(?<=den ))(?P<year>19[2-9]\d)",
        made.whole_year,
    ),
    (rf"(?:in |during )?(?:the )?(?P<which>first|1st|second|2nd|last) half{_YEAR}?", made.half),
    (
        r"(?:in |during )?(?:the )?(?P<which>first|1st|second|2nd|last) half of (?:the |this )?(?:year"
        r"|(?P<of>month))",
        made.half,
    ),
    (rf"h(?P<which>[12]){_YEAR}?", made.half),
    (rf"(?:nua|6 thang|sau thang) (?P<which>dau|cuoi|sau)(?: cua)?(?:{_YEAR}| nam)", made.half),
    (r"nua (?P<which>dau|cuoi|sau) (?P<of>thang)(?: (?P<dir>nay|truoc|sau))?", made.half),
    (
        rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of {_REF}(?:(?P<dir>last|next|previous)"
        rf" )?(?P<of>week|month|quarter|year)",
        made.part,
    ),
    (rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of {_MONTH}{_YEAR}?", made.part),
    (rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of (?P<year>20\d\d)", made.part),
    (
        rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? (?:(?P<of>tuan|thang|quy|nam)(?: (?P<dir>nay|truoc|sau"
        rf"|ngoai))?)",
        made.part,
    ),
    (rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? {_VMONTH}{_YEAR}?", made.part),
    (rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? nam (?P<year>20\d\d)", made.part),
    # ends: by the end of the month, đến cuối năm
    (rf"(?:by |until |till |before )?(?:the )?end of (?:the |this )?(?:(?P<dir>next|last) )?{_U}", made.end_of),
    (
        r"(?:den |toi |cho den |truoc )(?:cuoi|het) (?P<unit>tuan|thang|quy|nam)(?: (?P<dir>nay|sau"
        r"|toi))?",
        made.end_of,
    ),
    (r"(?:cuoi|het) (?P<unit>thang|quy|nam)(?: (?P<dir>nay|sau|toi))?", made.end_of),
    (rf"(?:den |toi |cho den )?(?:het|cuoi) {_VMONTH}{_YEAR}?", made.end_of_month),
    (rf"(?:by |until |till )?(?:the )?end of {_MONTH}{_YEAR}?", made.end_of_month),
    (rf"(?:for )?(?:the )?(?:rest|remainder) of (?:the |this )?{_U}", made.rest_of),
    (
        rf"(?:from now |from today |between now and |tu nay |tu gio |tu hom nay )(?:until |till |to |den |toi"
        rf" )?(?:the )?(?:end of|cuoi|het)(?: the| this)? {_U}(?: nay)?",
        made.rest_of,
    ),
    # against an earlier one
    (
        r"(?:the )?same (?:day|week|month|quarter|period|time)s?(?: of)? last year|this time last year|cung ky"
        r"(?: nam (?:truoc|ngoai))?",
        made.same,
    ),
    (r"(?:the )?same (?:days|time|period|stretch)(?: of)? last (?P<unit>month|quarter|week)", made.same_of),
    (
        r"(?:the )?same (?:day|week|month|quarter|period|time)s?(?: of| in)? (?P<year>20\d\d)"
        r"|cung ky nam (?P<year_vi>20\d\d)",
        made.same_in,
    ),
    (r"cung ky (?P<unit>thang|quy|tuan) (?:truoc|roi|vua roi|qua)", made.same_of),
    (rf"(?:the )?{_U} before(?: that| this)?$", made.previous),
    (rf"(?:the )?{_U} after(?: that| this)?$", made.following),
    (r"(?P<day>sang|chieu|(?<!truoc )(?<!den )toi) nay", made.named_day),
    (r"sang (?P<unit>tuan|thang|quy|nam)(?: sau| toi)?", made.next_unit),
    # days
    (
        rf"(?:from |between )?{_DAY} (?:to|and|-|until) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of"
        rf" )?{_MONTH}{_YEAR}?",
        made.days,
    ),
    (rf"(?:from |between )?{_MONTH} {_DAY} (?:to|and|-|until) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}?", made.days),
    (rf"(?:tu )?(?:ngay )?{_DAY} (?:den|toi|-) (?:ngay )?(?P<d2>\d{{1,2}}) {_VMONTH}{_YEAR}?", made.days),
    (
        rf"(?:tu )?(?:ngay )?{_DAY} (?:den|toi|-) (?:ngay )?(?P<d2>\d{{1,2}})/(?P<month>\d{{1,2}})"
        rf"(?:/(?P<year>\d{{4}}|\d\d))?",
        made.days,
    ),
    (rf"(?:on )?(?:the )?{_DAY} (?:of )?{_MONTH}{_YEAR}?", made.one_day),
    (rf"(?:on )?{_MONTH} {_DAY}{_YEAR}?(?! (?:to|and) )", made.one_day),
    (rf"ngay {_DAY} {_VMONTH}{_YEAR}?", made.one_day),
    (r"(?:on |ngay |hom )?(?P<d1>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d\d))?", made.one_day),
    (
        r"(?:from|between|tu|tu ngay) (?P<d1>\d{1,2})/(?P<month>\d{1,2}) "
        r"(?:to|and|until|den|den ngay|-|toi) (?P<d2>\d{1,2})/(?P<month2>\d{1,2})"
        r"(?:/(?P<year>\d{4}|\d\d))?",
        made.days_of_months,
    ),
    # weekdays and weekends
    (rf"(?:on )?(?:(?P<dir>next|last|this) )?{_WEEKDAY}s?(?! (?:tuan|next week|last week|this week))", made.weekday),
    (rf"(?:on )?{_WEEKDAY} (?:tuan )?(?P<week>nay|sau|toi|truoc|roi|vua roi)", made.weekday),
    (rf"(?:on )?{_WEEKDAY} (?P<week>next|last|this) week", made.weekday),
    (r"(?:on |over )?(?:the )?(?P<dir>this|last|next|past|coming) weekend", made.weekend),
    (r"cuoi tuan (?P<dir>nay|truoc|sau|toi|qua|roi|vua roi)", made.weekend),
)  # fmt: skip
