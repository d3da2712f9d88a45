"""The sheet that stays in the home: the same for every household, nothing private on it."""

from __future__ import annotations

from villagefp.domain.ambient import Ambient
from villagefp.forms.package import FormPackage
from villagefp.forms.session import FormSession
from villagefp.forms.views import FormInputs

SERVICES = [
    "健康档案更新",
    "健康教育资料",
    "儿童保健预约",
    "预防接种提醒",
    "老年人体检预约",
    "家庭医生签约",
    "惠民政策咨询",
    "医保参保咨询",
    "其他需要",
]
MEMBERS = [{"name": "01a2", "label": "户主 张三"}, {"name": "01a3", "label": "配偶 李芳"}]


def opened(package: FormPackage, ambient: Ambient) -> FormSession:
    known = FormInputs(visit={"on": "2026-11-20", "worker": "王秀兰"}, tables={"members": MEMBERS})
    return FormSession(package, ambient=ambient, inputs=known)


def test_the_list_of_services_is_the_same_for_every_household(household_form: FormPackage, ambient: Ambient) -> None:
    form = opened(household_form, ambient)
    views = [form.node(path) for path in form.node("/data/services").children if not path.endswith("_detail")]
    assert [view.label for view in views] == SERVICES
    assert all([choice.label for choice in view.choices] == ["需要", "不需要", "下次再说"] for view in views)
    assert not any(view.required for view in views), "nobody has to say yes or no"


def test_a_visit_is_filled_in(household_form: FormPackage, ambient: Ambient) -> None:
    form = opened(household_form, ambient)
    answers = {
        "members_visited": ["01a2", "01a3"],
        "file_update": "1",
        "family_doctor": "3",
        "other_need": "1",
        "other_need_detail": "老人想装扶手",
        "questions": "医保怎么交",
        "advice_given": "到村委会办理",
        "next_on": "2026-12-20",
        "household_signed": "2",
    }
    assert form.fill(answers) == []
    assert form.problems() == []
    assert form.answers() == answers | {"visit_on": "2026-11-20", "worker_sign": "王秀兰"}


def test_nothing_private_can_be_said_on_it(household_form: FormPackage) -> None:
    assert household_form.settings["print::stays_home"] == "yes"
    text = household_form.xform
    for word in ("身份证", "避孕", "怀孕", "孕情", "检测", "评分", "节育"):
        assert word not in text


def test_the_rights_of_the_household_are_on_the_sheet(household_form: FormPackage) -> None:
    notes = " ".join(question.label["zh"] for question in household_form.questions if question.type == "note")
    for word in ("拒绝", "撤回", "查询", "更正", "免费", "投诉"):
        assert word in notes
