import type { Transform } from '../rules/maskRules';

/** What a column's name says of it. */
export interface NameHint {
  /** e.g. `email` */
  readonly says: string;
  readonly as: Transform['as'];
}

/** The first that fits counts. Words are those of a name taken apart at `_`, at capitals and digits; English, German, French, Spanish, Italian, Portuguese, Dutch. */
const hints: readonly {
  readonly says: string;
  readonly as: Transform['as'];
  readonly words: ReadonlySet<string>;
  readonly ends?: readonly string[];
}[] = [
  {
    ...{ says: 'secret', as: 'hash' },
    words: new Set(
      'password passwd passwort pwd pass secret token apikey passphrase salt otp totp pin credential credentials ciphertext encrypted privatekey motdepasse contrasena senha wachtwoord'.split(
        ' ',
      ),
    ),
    ends: ['password', 'passwd', 'secret', 'token', 'ciphertext'],
  },
  {
    ...{ says: 'email', as: 'email' },
    words: new Set('email mail emailaddress mailaddress courriel correo'.split(' ')),
    ends: ['email', 'mailaddress'],
  },
  {
    ...{ says: 'phone', as: 'phone' },
    words: new Set(
      'phone telephone mobile cell fax tel telefon handy mobil telefono telefone gsm msisdn phonenumber mobilenumber'.split(
        ' ',
      ),
    ),
    ends: ['phone', 'telefon', 'phonenumber'],
  },
  {
    ...{ says: 'iban', as: 'iban' },
    words: new Set(['iban', 'accountnumber', 'kontonummer', 'bankaccount']),
    ends: ['iban'],
  },
  {
    ...{ says: 'card', as: 'creditcard' },
    words: new Set(['creditcard', 'cardnumber', 'ccnumber', 'pan', 'kreditkarte', 'cc']),
  },
  {
    ...{ says: 'ip', as: 'ip' },
    words: new Set(['ip', 'ipaddress', 'ipaddr', 'remoteaddr', 'clientip', 'ipv4', 'ipv6']),
    ends: ['ipaddress'],
  },
  {
    ...{ says: 'nationalId', as: 'key' },
    words: new Set(
      'ssn nino nationalid passport taxid steuerid steuernummer dni nie cpf cnpj pesel bsn nir fiscal personnummer ausweis passportnumber driverslicense licenseplate kennzeichen vatid socialsecurity'.split(
        ' ',
      ),
    ),
  },
  {
    ...{ says: 'birth', as: 'date' },
    words: new Set(
      'birthday birthdate birth dob born geburtsdatum geburtstag naissance nacimiento nascita nascimento dateofbirth'.split(
        ' ',
      ),
    ),
    ends: ['birthday', 'birthdate'],
  },
  {
    ...{ says: 'name', as: 'name' },
    words: new Set(
      'firstname lastname surname forename fullname givenname familyname middlename nickname vorname nachname prenom nombre apellido apellidos cognome nome sobrenome achternaam voornaam contactname displayname customername maidenname personname'.split(
        ' ',
      ),
    ),
    ends: ['firstname', 'lastname', 'surname', 'fullname'],
  },
  {
    ...{ says: 'address', as: 'redact' },
    words: new Set(
      'address street addressline street1 street2 postcode zip zipcode postalcode plz strasse adresse anschrift calle direccion indirizzo endereco rue latitude longitude geolocation'.split(
        ' ',
      ),
    ),
    ends: ['address', 'street', 'adresse'],
  },
  {
    ...{ says: 'login', as: 'hash' },
    words: new Set(['username', 'login', 'userid', 'handle', 'benutzername', 'usuario']),
    ends: ['username'],
  },
  {
    ...{ says: 'text', as: 'redact' },
    words: new Set(
      'note notes comment comments remark remarks message body description bemerkung notiz kommentar freitext freetext text observations diagnosis'.split(
        ' ',
      ),
    ),
  },
];

/** What a column's name says of what is in it; undefined for most. */
export function nameHint(column: string, table: string): NameHint | undefined {
  const words = wordsOf(column);
  const joined = words.join('');
  const pairs = words.map((word, at) => word + (words[at + 1] ?? ''));
  for (const hint of hints) {
    const said =
      [joined, ...words, ...pairs].some((word) => hint.words.has(word)) ||
      (hint.ends?.some((end) => joined.endsWith(end)) ?? false);
    if (said) return hint;
  }
  // `users.name` is somebody's; `products.name` is not
  const people = wordsOf(table).some((word) => peopleTables.has(word.replace(/s$/, '')));
  return people && (joined === 'name' || words.at(-1) === 'name') ? { says: 'name', as: 'name' } : undefined;
}

const peopleTables: ReadonlySet<string> = new Set(
  'user person people customer client employee member patient contact account profile staff student guest subscriber kunde mitarbeiter benutzer personne cliente usuario'.split(
    ' ',
  ),
);

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d\u0080-\uffff]+/)
    .filter((word) => word !== '');
}
