import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { humanNumber } from "@web/core/utils/numbers";
import { formatMonetary } from "@web/views/fields/formatters";

import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";

/** What was owed over time, and what of it was overdue. */
export class BalanceChart extends Component {
    static template = "debt_collection.BalanceChart";
    static props = {
        labels: Array,
        total: Array,
        overdue: Array,
        currencyId: Number,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.legend = { total: useRef("total"), overdue: useRef("overdue") };
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.labels, this.props.total, this.props.overdue]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get description() {
        const last = this.props.total.length - 1;
        return _t("Balance over time. Today: %(total)s, overdue %(overdue)s.", {
            total: this.money(this.props.total[last]),
            overdue: this.money(this.props.overdue[last]),
        });
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.currencyId });
    }

    draw() {
        this.chart?.destroy();
        const dots = this.props.labels.length > 30 ? 0 : 2;
        // a whole number of pixels between the points, whatever the theme
        const line = (name, label, fill) => {
            const color = getComputedStyle(this.legend[name].el).color;
            return {
                label,
                data: this.props[name],
                borderColor: color,
                backgroundColor: color.replace("rgb(", "rgba(").replace(")", ", 0.12)"),
                borderWidth: 2,
                pointRadius: dots,
                fill,
                tension: 0,
            };
        };
        const text = getComputedStyle(this.canvas.el).color;
        this.chart = new Chart(this.canvas.el, {
            type: "line",
            data: {
                labels: this.props.labels,
                datasets: [
                    line("overdue", _t("Overdue"), "origin"),
                    line("total", _t("Balance"), "origin"),
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: {
                            label: (item) =>
                                `${item.dataset.label}: ${this.money(item.parsed.y)}`,
                        },
                    },
                },
                scales: {
                    x: {
                        grid: { display: false },
                        ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 },
                    },
                    y: {
                        beginAtZero: true,
                        ticks: {
                            color: text,
                            maxTicksLimit: 6,
                            callback: (value) => humanNumber(value, { decimals: 1 }),
                        },
                    },
                },
            },
        });
    }
}
