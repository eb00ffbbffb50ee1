// Loaded before the chat: what the cards share. Pure functions of their arguments, except `kept`.
(() => {
  const THEME = "vite-ui-theme";
  if (!localStorage.getItem(THEME)) localStorage.setItem(THEME, "system");

  const locale = (language) => (language === "vi" ? "vi-VN" : "en-US");
  const named = /(^|_)(id|year)$/; // integers that name something rather than count it

  const isNumber = (column) => ["integer", "number"].includes(column.type) && !named.test(column.name);

  const day = (iso) => {
    const [, y, m, d, time] = /^(\d{4})-(\d\d)(?:-(\d\d))?(?:[T ](\d\d:\d\d))?/.exec(iso) || [];
    if (!y) return String(iso);
    return [d, m, y].filter(Boolean).join("/") + (time && time !== "00:00" ? ` ${time}` : "");
  };

  const number = (value, unit, language) => {
    const fraction = unit === "₫" ? 0 : unit === "%" ? 1 : 2;
    const style = unit === "%" ? "percent" : "decimal";
    const least = unit === "%" ? 1 : 0; // the points of a column of shares stand below each other
    return new Intl.NumberFormat(locale(language), {
      style,
      minimumFractionDigits: least,
      maximumFractionDigits: fraction,
    }).format(value);
  };

  /** A cell as people read it. Shares 0-1 become per cent, ISO dates dd/mm/yyyy, unknown values a dash. */
  const format = (value, column, language, labels) => {
    if (value === null || value === undefined || value === "") return "–";
    if (column.type === "boolean" || typeof value === "boolean")
      return value && value !== "false" ? labels.yes : labels.no;
    if (isNumber(column) && Number.isFinite(Number(value))) return number(Number(value), column.unit, language);
    if (column.type === "date" || column.type === "datetime") return day(String(value));
    if (/(^|_)id$/.test(column.name) && /^\d+$/.test(String(value))) return `#${value}`;
    const code = column.type === "text" && /^[a-z]+(_[a-z]+)+$/.test(value);
    return code ? value.replaceAll("_", " ") : String(value);
  };

  /** The column's name with its unit; a per cent sign stands in the cells. */
  const header = (column) => (column.unit && column.unit !== "%" ? `${column.label} (${column.unit})` : column.label);

  /** Order of two cells of a column; unknown values last in both directions. */
  const compare = (a, b, column, descending, language) => {
    const blank = (v) => v === null || v === undefined || v === "";
    if (blank(a) || blank(b)) return blank(a) - blank(b);
    const numeric = ["integer", "number", "boolean"].includes(column.type);
    const order = numeric ? Number(a) - Number(b) : String(a).localeCompare(String(b), locale(language));
    return descending ? -order : order;
  };

  /** RFC 4180 with a byte-order mark, so that Excel reads the accents; text that Excel would run as a formula is quoted. */
  const csv = (columns, rows) => {
    const cell = (value, column) => {
      if (value === null || value === undefined) return "";
      const raw = String(value);
      const text = !isNumber(column) && /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = [columns.map((c) => cell(header(c), { type: "text", name: "" }))];
    for (const row of rows) lines.push(row.map((value, i) => cell(value, columns[i])));
    return "\ufeff" + lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
  };

  const download = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  /** A label with its {values} filled in. */
  const fill = (label, values) => label.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));

  /** The days of a period, both ends included; "" where it has neither. */
  const span = (period, labels) => {
    const { start, end } = period || {};
    if (start && end) return start === end ? day(start) : `${day(start)} – ${day(end)}`;
    if (start) return fill(labels.from, { day: day(start) });
    return end ? fill(labels.until, { day: day(end) }) : "";
  };

  // The chat evaluates an element's file again at each of its own renders; a component that is new each time would lose
  // its page, its order and its open SQL. The first one evaluated is the one that stays.
  const components = {};
  const kept = (name, component) => (components[name] ??= component);

  window.lifecycle = { isNumber, format, header, compare, csv, download, fill, number, day, span, kept };
})();
