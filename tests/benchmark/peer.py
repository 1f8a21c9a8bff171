"""The OCA's `account_credit_control` on the same books, where its wheel can be had."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

WHEEL = "odoo-addon-account_credit_control==19.0.*"
ADDON = "account_credit_control"


def fetch():
    """Return the folder with the peer's addon, or None where it cannot be had."""
    target = Path(tempfile.gettempdir()) / "debt_benchmark_peer"
    addons = target / "odoo" / "addons"
    if not (addons / ADDON).is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        answer = subprocess.run(
            [*command, "--target", target, WHEEL], capture_output=True, check=False
        )
        if answer.returncode:
            return None
    return addons


def generate(env, day):
    """Do the peer's first generation, as its button does; return its figures."""
    admin = env.ref("base.user_admin")
    receivable = env["account.account"].search(
        [("account_type", "=", "asset_receivable")]
    )
    policy = env.ref(f"{ADDON}.credit_control_3_time")
    policy.account_ids = receivable
    env.company.credit_policy_id = policy
    env.cr.commit()
    run = (
        env["credit.control.run"]
        .with_user(admin)
        .create({"date": day, "policy_ids": [(6, 0, policy.ids)]})
    )
    start = time.perf_counter()
    run.generate_credit_lines()
    env.cr.commit()
    return {
        "seconds": time.perf_counter() - start,
        "lines": env["credit.control.line"].search_count([]),
    }
