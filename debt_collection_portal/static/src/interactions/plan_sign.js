/* global SignaturePad */

import { loadJS } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** A place to draw a signature; whoever cannot draw signs with their typed name. */
export class DebtPlanSign extends Interaction {
    static selector = ".debt_portal_sign";
    dynamicContent = {
        _root: { "t-on-submit": this.onSubmit },
        ".debt_portal_pad_clear": { "t-on-click": this.onClear },
        _window: { "t-on-resize": this.onResize },
    };

    async willStart() {
        await loadJS("/web/static/lib/signature_pad/signature_pad.umd.js");
    }

    start() {
        this.el.querySelector("[name=tz]").value =
            Intl.DateTimeFormat().resolvedOptions().timeZone || "";
        this.el.querySelector(".debt_portal_pad").classList.remove("d-none");
        this.canvas = this.el.querySelector("canvas");
        this.pad = new SignaturePad(this.canvas, { minWidth: 1.5, maxWidth: 2.5 });
        this.registerCleanup(() => this.pad.off());
        this.fit();
    }

    /** Give the canvas as many points as it is large. */
    fit() {
        this.width = this.canvas.offsetWidth;
        this.canvas.width = this.width;
        this.canvas.height = this.canvas.offsetHeight;
        this.pad.clear();
    }

    onResize() {
        // the keyboard of a phone changes the height only: what is drawn stays
        if (this.canvas.offsetWidth !== this.width) {
            this.fit();
        }
    }

    onClear() {
        this.pad.clear();
    }

    onSubmit() {
        this.el.querySelector("[name=signature]").value = this.pad.isEmpty()
            ? ""
            : this.pad.toDataURL();
    }
}

registry
    .category("public.interactions")
    .add("debt_collection_portal.plan_sign", DebtPlanSign);
