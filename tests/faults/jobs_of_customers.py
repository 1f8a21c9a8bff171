"""What workers do for customers who pay online; see jobs.py."""

from .jobs_of_accountants import _as_request, _today


def start_payment(env, partner_id):
    """A customer starts to pay all they owe; return the id of the transaction.

    None where there is no provider to try payments with.
    """
    if env["ir.module.module"]._get("payment_demo").state != "installed":
        return None
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "is_published": True})
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    with _today(env):
        choice = case._portal_choice()
    transaction = env["payment.transaction"].create(
        {
            **case._debt_transaction_vals(choice.parts, choice.currency),
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "operation": "online_direct",
        }
    )
    env.cr.commit()
    return transaction.id


def hear_of_payment(env, transaction_id):
    """The provider says that a payment is done, and it is booked."""

    def work():
        transaction = env["payment.transaction"].browse(transaction_id)
        data = {"reference": transaction.reference, "simulated_state": "done"}
        transaction._process("demo", data)
        if not transaction.is_post_processed:
            transaction._post_process()

    _as_request(env, work)
    env.cr.commit()
