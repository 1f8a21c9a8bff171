import { deserializeDateTime } from "@web/core/l10n/dates";

/**
 * @param {string} moment naive UTC, as the server gives it
 * @param {Object} [other] how it is written on other days than today
 * @returns {string} the time, with its day where that is not today
 */
export function shortMoment(moment, other = luxon.DateTime.DATETIME_MED) {
    const local = deserializeDateTime(moment);
    const isToday = local.hasSame(luxon.DateTime.now(), "day");
    return local.toLocaleString(isToday ? luxon.DateTime.TIME_SIMPLE : other);
}
