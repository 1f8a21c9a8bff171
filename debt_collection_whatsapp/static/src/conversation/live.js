import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import { onWillDestroy } from "@odoo/owl";

/** How many screens of this browser listen to a conversation. */
const listeners = new Map();

/**
 * Listen to what is new in one conversation at a time, through Odoo's bus.
 *
 * @param {(ids: number[]) => void} onMessages messages that are new or changed
 * @param {() => void} onReconnect the connection was lost for a while
 * @returns {(conversationId: number) => void} says which conversation it is
 */
export function useLiveConversation(onMessages, onReconnect) {
    const bus = useService("bus_service");
    let current = 0;
    let changed = new Set();

    const flush = useDebounced(() => {
        const ids = [...changed];
        changed = new Set();
        if (ids.length) {
            onMessages(ids);
        }
    }, 150);

    const onNews = ({ conversation, ids }) => {
        if (conversation === current) {
            ids.forEach((id) => changed.add(id));
            flush();
        }
    };
    const leave = () => {
        const left = (listeners.get(current) || 1) - 1;
        listeners.set(current, left);
        if (current && !left) {
            bus.deleteChannel(channel(current));
        }
        current = 0;
    };
    const listen = (conversationId) => {
        if (conversationId === current) {
            return;
        }
        leave();
        current = conversationId;
        changed = new Set();
        listeners.set(current, (listeners.get(current) || 0) + 1);
        bus.addChannel(channel(current));
    };

    bus.subscribe("debt_collection_whatsapp.message", onNews);
    bus.addEventListener("BUS:RECONNECT", onReconnect);
    onWillDestroy(() => {
        leave();
        bus.unsubscribe("debt_collection_whatsapp.message", onNews);
        bus.removeEventListener("BUS:RECONNECT", onReconnect);
    });
    return listen;
}

function channel(conversationId) {
    return `debt_whatsapp_conversation_${conversationId}`;
}
