// Quoted notes, each with whose it is, when and by whom. Props: see ui/render.py.
const { day, fill, kept } = window.lifecycle;

function NotesCard({ card, send }) {
  const { labels, sources } = card;
  return (
    <section className="lc-card lc-notes" aria-label={labels.sources}>
      <h4>{labels.sources}</h4>
      {sources.map((note, i) => (
        <figure key={i}>
          <blockquote>{note.text}</blockquote>
          <figcaption>
            <button
              type="button"
              className="lc-link"
              aria-label={fill(labels.open_customer, { name: note.customer_name })}
              onClick={() => send(fill(labels.ask_profile, { id: note.customer_id }))}
            >
              {note.customer_name}
            </button>
            {" · "}
            <time dateTime={note.date}>{day(note.date)}</time>
            {note.author && ` · ${note.author}`}
          </figcaption>
        </figure>
      ))}
    </section>
  );
}

const Kept = kept("NotesCard", NotesCard);
export default <Kept card={props} send={sendUserMessage} />;
