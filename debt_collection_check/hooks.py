from odoo.fields import Domain

#: What this addon adds to cases and rules may ask for.
FIGURES = {
    "amount_documented",
    "bounced_amount",
    "bounced_count",
    "bounced_date",
    "bounced_lately",
    "cheque_ids",
}


def post_init_hook(env):
    """Count those whose cheques bounced as a risk, and read the cheques of before.

    The rule of the segment stays as it is otherwise.
    """
    risk = env.ref("debt_collection.debt_segment_risk", raise_if_not_found=False)
    if risk:
        rule = Domain("bounced_count", ">", 0) | risk._case_domain()
        risk.domain = str(list(rule))
    for company in env["res.company"].search([]):
        env["debt.cheque"]._sync(company, company._debt_today())


def uninstall_hook(env):
    """Take the figures that go out of the rules of segments and priorities."""
    for model in ("debt.segment", "debt.priority.rule"):
        for rule in env[model].with_context(active_test=False).search([]):
            domain = rule._case_domain()
            if any(c.field_expr in FIGURES for c in domain.iter_conditions()):
                rule.domain = str(
                    list(
                        domain.map_conditions(
                            lambda c: Domain.FALSE if c.field_expr in FIGURES else c
                        ).optimize(env["debt.case"])
                    )
                )
