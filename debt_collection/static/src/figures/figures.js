import { Layout } from "@web/search/layout";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useService } from "@web/core/utils/hooks";

import { Component, onWillStart, useState } from "@odoo/owl";

/** The figures of a company's portfolio: six on the front, the others one click away. */
export class Figures extends Component {
    static template = "debt_collection.Figures";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ data: null, all: false, loading: false });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load({}));
    }

    async load({ company, period }) {
        this.state.loading = true;
        try {
            this.state.data = await this.orm.call("debt.figures", "get_figures", [], {
                company_id: company || this.state.data?.company || false,
                period: period || this.state.data?.period || "month",
            });
        } finally {
            this.state.loading = false;
        }
    }

    get figures() {
        const { front, more } = this.state.data;
        return this.state.all ? [...front, ...more] : front;
    }

    onCompany(ev) {
        return this.load({ company: parseInt(ev.target.value) });
    }

    color(figure) {
        if (!figure.trend || figure.good === null) {
            return "text-muted";
        }
        return figure.good ? "text-success" : "text-danger";
    }

    async open(figure) {
        const { company, period } = this.state.data;
        this.action.doAction(
            await this.orm.call("debt.figures", "open_figure", [figure.code], {
                company_id: company,
                period,
            })
        );
    }
}

registry.category("actions").add("debt_figures", Figures);
