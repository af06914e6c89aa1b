// What the menu sends: messages as the webhook brings them, with invented files.

export const CITIES = {
  tangier: { latitude: 35.7595, longitude: -5.834 },
  rabat: { latitude: 34.0209, longitude: -6.8416 },
};

const random = (length) => [...crypto.getRandomValues(new Uint8Array(length))];

// A file that nobody has: only its description is sent.
function file(kind) {
  return { mime_type: kind, sha256: btoa(String.fromCharCode(...random(32))), id: random(15).map((byte) => byte % 10).join('') };
}

export const text = (body) => ({ type: 'text', text: { body } });

export const voice = () => ({ type: 'audio', audio: { ...file('audio/ogg; codecs=opus'), voice: true } });

export const image = (caption) => ({ type: 'image', image: { ...file('image/jpeg'), ...(caption ? { caption } : {}) } });

export const sticker = () => ({ type: 'sticker', sticker: { ...file('image/webp'), animated: false } });

export const place = (city, name) => ({ type: 'location', location: { ...CITIES[city], name } });

export const contact = (name) => ({
  type: 'contacts',
  contacts: [{ name: { first_name: name, formatted_name: name }, phones: [{ phone: '+212 6 00 00 00 09', type: 'CELL', wa_id: '212600000009' }] }],
});

export const reaction = (id) => ({ type: 'reaction', reaction: { message_id: id, emoji: '👍' } });

export const edit = (id, body) => ({ type: 'edit', edit: { original_message_id: id, message: text(body) } });

export const revoke = (id) => ({ type: 'revoke', revoke: { original_message_id: id } });

export const choice = (kind, { id, title, description }) => ({
  type: 'interactive',
  interactive: { type: kind, [kind]: { id, title, ...(description ? { description } : {}) } },
});
