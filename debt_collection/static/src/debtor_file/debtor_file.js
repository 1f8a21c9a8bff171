import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, markup, onWillStart, useState } from "@odoo/owl";
import { useCall } from "../call/call_field";
import { Ages } from "../age_bar/age_bar";
import { channelIcon } from "../channel/channel_field";
import { BalanceChart } from "./balance_chart";

/**
 * The debtor's file: what they owe, why, what we did, what they said, what is next. Of a
 * customer, of a branch that pays separately, or of an economic group.
 */
export class DebtorFile extends Component {
    static template = "debt_collection.DebtorFile";
    static components = { Layout, Ages, BalanceChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.startCall = useCall();
        this.isGroup = this.props.action.params?.model === "debt.group";
        this.id = this.props.action.context.active_id;
        this.state = useState({
            file: null,
            companyId: 0,
            currencyId: 0,
            months: 12,
            weekly: false,
            curves: null,
            kinds: [],
            entries: [],
            more: false,
        });
        onWillStart(() => this.load());
    }

    async load() {
        const method = this.isGroup ? "load_group" : "load_partner";
        const file = await this.orm.call("debt.file", method, [this.id]);
        for (const company of file.companies) {
            company.table = company.table && markup(company.table);
        }
        this.state.file = file;
        if (!file.companies.some(({ id }) => id === this.state.companyId)) {
            this.state.companyId = file.companies[0]?.id || 0;
        }
        this.env.config.setDisplayName(_t("File: %s", file.name));
        await Promise.all([this.loadCurves(), this.loadEntries()]);
    }

    // what they owe, and since when

    async loadCurves() {
        const { file, months, weekly } = this.state;
        this.state.curves = await this.orm.call("debt.file", "balance", [file.case_ids], {
            months,
            weekly,
        });
    }

    get company() {
        return this.state.file.companies.find(({ id }) => id === this.state.companyId);
    }

    get companyCurves() {
        return this.state.curves?.find(({ company_id }) => company_id === this.state.companyId);
    }

    /** The lines to draw: of one currency, or of all in that of the company. */
    get curve() {
        const curves = this.companyCurves;
        if (!curves?.currencies.length) {
            return null;
        }
        const chosen = curves.currencies.find(({ id }) => id === this.state.currencyId);
        const sum = (name) =>
            curves.days.map((_day, index) =>
                curves.currencies.reduce((total, each) => total + each[name][index], 0)
            );
        return {
            labels: curves.labels,
            total: chosen ? chosen.total_currency : sum("total"),
            overdue: chosen ? chosen.overdue_currency : sum("overdue"),
            currencyId: chosen ? chosen.id : this.company.currency_id,
        };
    }

    chooseCompany(companyId) {
        this.state.companyId = companyId;
        this.state.currencyId = 0;
    }

    async chooseMonths(months) {
        this.state.months = months;
        await this.loadCurves();
    }

    async chooseWeekly(weekly) {
        this.state.weekly = weekly;
        await this.loadCurves();
    }

    // why

    chipColor(chip) {
        return { urgent: "danger", more: "warning", less: "success" }[chip.kind];
    }

    chipPoints(chip) {
        return chip.points < 0 ? `−${-chip.points}` : `+${chip.points}`;
    }

    // how they pay

    get trend() {
        const words = {
            better: { text: _t("They pay sooner than before"), icon: "fa-arrow-up text-success" },
            worse: { text: _t("They pay later than before"), icon: "fa-arrow-down text-danger" },
            same: { text: _t("They pay as ever"), icon: "fa-arrow-right text-muted" },
        };
        return words[this.company.behaviour.trend];
    }

    daysLate(days) {
        if (days < 0) {
            return _t("%s days early", -days);
        }
        return days ? _t("%s days late", days) : _t("on time");
    }

    // what happened

    async loadEntries(offset = 0) {
        const { file, kinds } = this.state;
        const page = await this.orm.call("debt.file", "timeline", [file.case_ids], {
            kinds: [...kinds],
            offset,
        });
        this.state.entries = offset ? [...this.state.entries, ...page.entries] : page.entries;
        this.offset = offset + page.read;
        this.state.more = page.more;
    }

    async toggleKind(kind) {
        const { kinds } = this.state;
        this.state.kinds = kinds.includes(kind)
            ? kinds.filter((each) => each !== kind)
            : [...kinds, kind];
        await this.loadEntries();
    }

    icon(entry) {
        return entry.icon || channelIcon(entry.channel);
    }

    // what to do

    async press(caseId, name) {
        await this.action.doActionButton({
            type: "object",
            name,
            resModel: "debt.case",
            resId: caseId,
            resIds: [caseId],
            // the language of the user, too
            context: user.context,
            onClose: () => this.load(),
        });
    }

    async call(person) {
        await this.startCall(person.case_id, person.id, () => this.load());
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    print() {
        window.print();
    }

    exportAll() {
        return this.action.doAction("debt_collection.debt_export_wizard_partner_action", {
            additionalContext: { default_partner_id: this.state.file.id },
        });
    }
}

registry.category("actions").add("debt_collection.debtor_file", DebtorFile);
