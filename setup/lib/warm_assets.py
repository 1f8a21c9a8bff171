# For `odoo shell`: makes the bundles that a browser loads, once for all browser tests.

for name in (
    "assets_web",
    "assets_frontend",
    "assets_frontend_minimal",
    "assets_frontend_lazy",
    "assets_tests",
):
    bundle = env["ir.qweb"]._get_asset_bundle(  # noqa: F821
        f"web.{name}", css=True, js=True
    )
    bundle.js()
    bundle.css()
env.cr.commit()  # noqa: F821
