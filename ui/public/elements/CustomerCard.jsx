// One customer: sections of label and value. Props: see ui/render.py.
const { format, kept } = window.lifecycle;

function Value({ row, card }) {
  if (Array.isArray(row.value)) {
    return (
      <ul>
        {row.value.map((value, i) => (
          <li key={i}>{value === null ? "–" : String(value)}</li>
        ))}
      </ul>
    );
  }
  const guessed = /^\d{4}-\d\d-\d\d/.test(String(row.value)) ? "date" : typeof row.value;
  const column = { name: "", label: "", type: row.type || guessed, unit: row.unit };
  const unit = row.unit && row.unit !== "%" && row.value !== null ? ` ${row.unit}` : "";
  return format(row.value, column, card.language, card.labels) + unit;
}

function CustomerCard({ card }) {
  const { title, sections } = card.profile;
  return (
    <section className="lc-card lc-customer" aria-label={title || card.labels.customer}>
      {title && <h3>{title}</h3>}
      <div className="lc-sections">
        {sections.map((section, i) => (
          <div key={i} className={section.next ? "lc-section lc-next" : "lc-section"}>
            {section.title && <h4>{section.title}</h4>}
            <dl>
              {section.rows.map((row, r) => (
                <div key={r} className={row.label ? undefined : "lc-whole"}>
                  {row.label && <dt>{row.label}</dt>}
                  <dd>
                    <Value row={row} card={card} />
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}

const Kept = kept("CustomerCard", CustomerCard);
export default <Kept card={props} />;
