// The answer's facts: table, filters, definition, freshness, SQL. Props: see ui/render.py.
import { useEffect, useId, useMemo, useRef, useState } from "react";

const { isNumber, format, header, compare, csv, download, fill, number, day, span, kept } = window.lifecycle;
const SIZES = [10, 25, 50, 100];

function Chips({ card, labels }) {
  const { filters = [], period } = card;
  const dates = span(period, labels);
  const told = filters.some((chip) => dates && chip.label.includes(dates));
  if (!filters.length && !dates) return null;
  return (
    <ul className="lc-chips" aria-label={labels.filters}>
      {dates && !told && (
        <li className="lc-chip lc-chip-period" title={labels.period}>
          {period.label ? `${period.label}: ${dates}` : dates}
        </li>
      )}
      {filters.map((chip, i) => (
        <li className="lc-chip" key={i}>
          {chip.label}
        </li>
      ))}
    </ul>
  );
}

function Figures({ card, labels }) {
  return (
    <dl className="lc-figures">
      {card.columns.map((column, i) => (
        <div key={i}>
          <dt>{header(column)}</dt>
          <dd>{format(card.rows[0][i], column, card.language, labels)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value; a customer's name opens the customer. `at` says where id and name stand. */
function Value({ value, index, row, at, card, labels, send }) {
  const text = format(value, card.columns[index], card.language, labels);
  const id = row[at.id];
  if (index === at.name && id !== null && id !== undefined) {
    return (
      <button
        type="button"
        className="lc-link"
        aria-label={fill(labels.open_customer, { name: text })}
        onClick={() => send(fill(labels.ask_profile, { id }))}
      >
        {text}
      </button>
    );
  }
  return text === "–" ? <span aria-label={labels.unknown}>–</span> : <span>{text}</span>;
}

const customerAt = (columns) => {
  const id = columns.findIndex((c) => c.name === "customer_id");
  return { id, name: id < 0 ? -1 : columns.findIndex((c) => c.name === "customer_name") };
};

/** One row of many columns, downwards. */
function Record({ card, labels, send }) {
  const [row] = card.rows;
  const at = customerAt(card.columns);
  return (
    <div className="lc-section lc-record">
      <dl>
        {row.map((value, index) => (
          <div key={index}>
            <dt>{header(card.columns[index])}</dt>
            <dd>
              <Value {...{ value, index, row, at, card, labels, send }} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Table({ card, labels, rows, order, onOrder, send, busy }) {
  const { columns } = card;
  const at = customerAt(columns);
  // one figure a group: a bar behind the figure shows its proportion
  const figures = columns.flatMap((c, i) => (isNumber(c) ? [i] : []));
  const top = figures.length === 1 && columns.length <= 3 && at.id < 0 && card.rows.length > 1
    ? Math.max(...card.rows.map((r) => Number(r[figures[0]]) || 0))
    : 0;
  const bar = (row, i) =>
    top > 0 && i === figures[0] && (
      <span className="lc-bar" style={{ width: `${Math.max(0, (100 * Number(row[i])) / top)}%` }} aria-hidden="true" />
    );
  const look = (value, i) =>
    isNumber(columns[i]) ? "lc-number" : String(value ?? "").length > 28 ? "lc-long" : undefined;
  return (
    <div className="lc-scroll" role="region" aria-label={labels.answer} tabIndex={0}>
      <table aria-busy={busy} aria-rowcount={card.total_rows}>
        <thead>
          <tr>
            {columns.map((column, i) => {
              const sorted = order && order.index === i ? (order.descending ? "descending" : "ascending") : "none";
              return (
                <th key={i} scope="col" aria-sort={sorted} className={isNumber(column) ? "lc-number" : undefined}>
                  <button
                    type="button"
                    title={fill(labels.sort_by, { column: column.label })}
                    onClick={() => onOrder(i)}
                  >
                    {header(column)}
                    <span aria-hidden="true">{{ ascending: " ▲", descending: " ▼", none: "" }[sorted]}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((value, index) => (
                <td key={index} className={look(value, index)}>
                  {bar(row, index)}
                  <Value {...{ value, index, row, at, card, labels, send }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Pager({ card, labels, page, size, shown, setPage, setSize }) {
  const total = card.total_rows;
  const pages = Math.max(1, Math.ceil(total / size));
  const n = (value) => number(value, null, card.language);
  const part = card.rows.length < total;
  const given = n(card.rows.length);
  const turn = (label, sign, to, off) => (
    <button type="button" aria-label={label} title={label} disabled={off} onClick={() => setPage(to)}>
      {sign}
    </button>
  );
  const place = { first: n(page * size + 1), last: n(page * size + shown), total: n(total) };
  return (
    <div className="lc-pager">
      <span role="status">{total === 1 ? labels.one_row : fill(labels.rows, place)}</span>
      {pages > 1 && (
        <span className="lc-turns">
          {turn(labels.first_page, "«", 0, page === 0)}
          {turn(labels.previous_page, "‹", page - 1, page === 0)}
          {turn(labels.next_page, "›", page + 1, page >= pages - 1)}
          {turn(labels.last_page, "»", pages - 1, page >= pages - 1)}
        </span>
      )}
      {total > SIZES[0] && (
        <select aria-label={labels.per_page} title={labels.per_page} value={size} onChange={(e) => setSize(+e.target.value)}>
          {SIZES.map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      )}
      <button
        type="button"
        className="lc-csv"
        title={fill(part ? labels.download_part : labels.download_all, { given, total: n(total) })}
        onClick={() => download(`answer-${card.turn + 1}.csv`, csv(card.columns, card.rows))}
      >
        ↓ {labels.download}
        {part && ` (${fill(labels.first_of, { given })})`}
      </button>
    </div>
  );
}

function Sql({ sql, labels }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(sql);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="lc-sql">
      <button type="button" onClick={copy} aria-live="polite">
        {copied ? labels.copied : labels.copy}
      </button>
      <pre tabIndex={0} aria-label="SQL">
        <code>{sql}</code>
      </pre>
    </div>
  );
}

/** The rows of one page: from those given where they hold it, else fetched once and kept. */
function useRows(card, page, size, order, fetchPage) {
  const [failed, setFailed] = useState(null);
  const [, redraw] = useState(0);
  const fetched = useRef({});
  const complete = card.rows.length >= card.total_rows;
  const first = page * size;
  const held = complete || (!order && Math.min(first + size, card.total_rows) <= card.rows.length);
  const sorted = useMemo(() => {
    if (!order || !complete) return card.rows;
    const column = card.columns[order.index];
    return [...card.rows].sort((a, b) =>
      compare(a[order.index], b[order.index], column, order.descending, card.language),
    );
  }, [card, order, complete]);
  const by = order && `${order.descending ? "-" : ""}${card.columns[order.index].name}`;
  const key = `${by}|${first}|${size}`;
  useEffect(() => {
    setFailed(null);
    if (held || fetched.current[key]) return;
    fetchPage({ turn: card.turn, offset: first, limit: size, order: by })
      .then((answer) => {
        const { rows, error } = (answer && answer.response) || {};
        if (!rows) throw new Error(error || card.labels.not_loaded);
        fetched.current[key] = rows;
        redraw((n) => n + 1);
      })
      .catch((error) => setFailed(error instanceof Error ? error.message : card.labels.not_loaded));
  }, [key, held]);
  if (held) return { rows: sorted.slice(first, first + size), busy: false, failed };
  return { rows: fetched.current[key] || [], busy: !fetched.current[key] && !failed, failed };
}

function AnswerCard({ card, callAction, send }) {
  const { labels, columns, total_rows: total } = card;
  const [page, setPage] = useState(0);
  const [size, setSize] = useState(SIZES[0]);
  const [order, setOrder] = useState(null);
  const [sqlOpen, setSqlOpen] = useState(false);
  const sqlId = useId();
  const fetchPage = (payload) => Promise.resolve(callAction({ name: "page", payload }));
  const { rows, busy, failed } = useRows(card, page, size, order, fetchPage);
  const onOrder = (index) => {
    setPage(0);
    // numbers start with the largest, names with the first; the third press gives the answer's own order back
    const firstDown = isNumber(columns[index]);
    if (!order || order.index !== index) setOrder({ index, descending: firstDown });
    else setOrder(order.descending === firstDown ? { index, descending: !firstDown } : null);
  };
  const onSize = (next) => {
    setSize(next);
    setPage(0);
  };
  const single = total === 1 && card.rows.length === 1;
  const figures = single && columns.every(isNumber);
  const record = single && !figures && columns.length > 4;
  return (
    <section className="lc-card" aria-label={labels.answer}>
      <Chips card={card} labels={labels} />
      {figures && <Figures card={card} labels={labels} />}
      {!figures && card.rows.length > 0 && (
        <>
          {record ? (
            <Record {...{ card, labels, send }} />
          ) : (
            <Table {...{ card, labels, rows, order, onOrder, send, busy }} />
          )}
          {busy && <p role="status">{labels.loading}</p>}
          {failed && <p role="alert">{failed}</p>}
          <Pager {...{ card, labels, page, size, setPage, setSize: onSize, shown: rows.length }} />
        </>
      )}
      {columns.length > 0 && card.rows.length === 0 && <p className="lc-none">{labels.no_rows}</p>}
      {card.notices.length > 0 && (
        <ul className="lc-notices" aria-label={labels.notices}>
          {card.notices.map((notice, i) => (
            <li key={i}>{notice}</li>
          ))}
        </ul>
      )}
      {card.definition && (
        <p className="lc-definition">
          <b>{labels.definition}</b> {card.definition}
        </p>
      )}
      <footer className="lc-facts">
        {card.as_of && <span>{fill(labels.as_of, { day: day(card.as_of) })}</span>}
        <span>{labels[card.lane]}</span>
        {card.elapsed_ms > 0 && <span>{card.took}</span>}
        {card.sql && (
          <button type="button" aria-expanded={sqlOpen} aria-controls={sqlId} onClick={() => setSqlOpen(!sqlOpen)}>
            {labels.show_sql} <span aria-hidden="true">{sqlOpen ? "▴" : "▾"}</span>
          </button>
        )}
      </footer>
      {card.sql && <div id={sqlId}>{sqlOpen && <Sql sql={card.sql} labels={labels} />}</div>}
    </section>
  );
}

const Kept = kept("AnswerCard", AnswerCard);
export default <Kept card={props} callAction={callAction} send={sendUserMessage} />;
