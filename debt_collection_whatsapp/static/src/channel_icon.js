import { registry } from "@web/core/registry";

registry.category("debt_collection.channel_icons").add("whatsapp", "fa-whatsapp");
