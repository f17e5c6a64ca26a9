import type { Transform } from '../rules/maskRules';

/** Words that a column's name says what it holds with: small letters, without accents, parts of a name joined. */
export interface NameWords {
  readonly says: string;
  readonly as: Transform['as'];
  /** the name as a whole, one of its parts, or two or three that follow each other */
  readonly words: ReadonlySet<string>;
  /** what a part ends with: German and its neighbours join words */
  readonly ends?: readonly string[];
  /** what a part begins with */
  readonly starts?: readonly string[];
  /** only in a table of people */
  readonly ofPeople?: ReadonlySet<string>;
  /** only where the name is nothing else */
  readonly alone?: ReadonlySet<string>;
}

const set = (...lists: readonly string[]): ReadonlySet<string> => new Set(lists.flatMap((list) => list.split(' ')));

/** The first that fits counts. English, German, Dutch, French, Spanish, Italian, Portuguese, Polish, Czech, Turkish, Swedish, Norwegian, Danish, Finnish. */
export const nameWords: readonly NameWords[] = [
  {
    ...{ says: 'secret', as: 'hash' },
    starts: ['passw', 'pwd', 'kennw', 'contrase', 'motdepass', 'mdp'],
    ofPeople: set('clave cle hash pw'),
    words: set(
      'jelszo lozinka parole sifra zaporka password passwd passwort kennwort pwd pass pw passcode secret token apikey accesskey secretkey privatekey signingkey encryptionkey passphrase salt otp totp hotp pin puk tan credential credentials',
      'ciphertext encrypted motdepasse contrasena contrasenia clavesecreta senha wachtwoord losenord passord adgangskode salasana haslo heslo sifre parola securityanswer secretanswer securityquestion cookie cookies',
      'sessionid sessionkey sessiontoken jwt bearer refreshtoken seed mnemonic recoverycode recoverycodes',
    ),
    ends: ['schlussel', 'password', 'passwd', 'passwort', 'kennwort', 'secret', 'token', 'ciphertext'],
  },
  {
    ...{ says: 'email', as: 'email' },
    words: set(
      'mailadr emailadr emadr emaddr correoe correl',
      'emailcim adresaemail email mail emailaddress mailaddress emailaddr courriel correo correoelectronico mel eposta epost epostadress epostadresse sahkoposti posta',
    ),
    ends: ['email', 'mailaddress', 'mailadresse', 'mailadres', 'usermail', 'emailadres'],
  },
  {
    ...{ says: 'phone', as: 'phone' },
    words: set(
      'telf telf1 telf2 telef tlfno phmob phhome telpriv teldienst portable movil1',
      'tlf tlfnr mobilnr mobiltelefon nrtelefonu telno telefonno gsmno phonehome phonework homephone workphone phone telephone mobile fax tel telefon handy mobil telefono telefone telefoon gsm msisdn phonenumber phoneno phonenr mobilenumber mobileno mobilenr cellphone cellnumber celular movil cellulare komorka',
      'telefonkomorkowy ceptelefonu ceptel cep matkapuhelin puhelin mobilnummer festnetz rufnummer durchwahl handynr handynummer telnr contactnumber contactno whatsapp landline',
    ),
    ofPeople: set('cell portable'),
    starts: ['telefon', 'telefoon', 'mobilnum', 'handyn'],
    ends: [
      'phone',
      'telefon',
      'phonenumber',
      'telefonnummer',
      'telefoonnummer',
      'rufnummer',
      'handynummer',
      'telefonnr',
    ],
  },
  {
    ...{ says: 'iban', as: 'iban' },
    words: set(
      'iban accountnumber accountno accountnr acctno acctnum acctnumber bankaccount bankaccountnumber kontonummer kontonr ktonr kto numerodecuenta numerocuenta rekeningnummer rib contocorrente numeroconta',
    ),
    ends: ['iban', 'kontonummer', 'rekeningnummer'],
  },
  {
    ...{ says: 'card', as: 'creditcard' },
    words: set(
      'creditcard creditcardnumber cardnumber cardno cardnum ccnumber ccnum ccno pan kreditkarte cc cartebancaire tarjeta',
    ),
    ends: ['kartennummer'],
  },
  { ...{ says: 'cardCode', as: 'key' }, words: set('cvv cvc cvv2 cvc2 sortcode routingnumber bic blz bankleitzahl') },
  {
    ...{ says: 'ip', as: 'ip' },
    words: set(
      'ip ipaddress ipaddr remoteaddr remoteip clientip sourceip ipv4 ipv6 mac macaddress macaddr xforwardedfor forwardedfor remotehost',
    ),
    ends: ['ipaddress'],
  },
  {
    ...{ says: 'nationalId', as: 'key' },
    starts: ['sozialvers', 'ausweisn', 'fuhrerschein', 'passnummer'],
    words: set(
      'identidad documentoidentidad pieceidentite identite identitatsnummer',
      'natlid natid nationalnr numsecu numsecsoc securitesoc numss nss afiliacion numafiliacion seguridadsocial cuil dninif carteidentite cni kfzkennz kfzkennzeichen idcard idcardno tcno',
      'oib jmbg cnp taj szemelyi insurancenumber insuranceno policynumber policyno licencenumber licensenumber licenceno membershipnumber studentid studentnumber healthcardnumber aadhaar panno cedula rut curp rfc ssn nino nationalid nationalinsurance passport taxid taxnumber taxno tin steuerid steuernr steuernummer identnummer dni nie nif cpf cnpj rg pesel nip bsn nir numerosecu securitesociale fiscal codicefiscale personnummer',
      'personalnummer personalnr personnr svnummer svnr sozialversicherungsnummer versichertennummer ausweis ausweisnummer ausweisnr passnummer reisepass passportnumber passportno driverslicense driverlicense drivinglicence',
      'drivinglicense fuhrerschein licenseplate licenceplate numberplate kennzeichen vatid socialsecurity socialsecurityno socialsecuritynumber fodselsnummer personnumero henkilotunnus rodnecislo tckimlik tckimlikno kimlikno kimlik',
      'vin mrn medicalrecordnumber medicalrecord patientid nhsnumber kundennummer kundennr customernumber customerno membernumber memberno mitgliedsnummer matrikelnummer employeenumber employeeno employeeid',
    ),
    ends: [
      'ausweisnr',
      'personalnummer',
      'kundennummer',
      'versicherungsnummer',
      'versichertennummer',
      'steuernummer',
      'ausweisnummer',
      'passnummer',
    ],
  },
  { ...{ says: 'birthYear', as: 'number' }, words: set('birthyear yearofbirth geburtsjahr gebjahr age alter') },
  {
    ...{ says: 'birth', as: 'date' },
    starts: ['fechanac', 'datenais', 'datnais', 'dtnais', 'fecnac', 'gebdat', 'geburtsd', 'naissance', 'nacimiento'],
    words: set(
      'gbdat fecnac fecnacimiento fnac dtnaiss datnaiss datenaiss ddn',
      'birthday birthdate birth dob bday dateofbirth geburtsdatum geburtstag gebdat gebdatum gebtag naissance datenaissance nacimiento fechanacimiento nascita datadinascita datanascita nascimento datanascimento geboortedatum',
      'dataurodzenia urodzenia dogumtarihi dogum fodelsedatum fodselsdato fodselsdag syntymaaika datumnarozeni deceased deceasedon dateofdeath deathdate todesdatum sterbedatum',
    ),
    ofPeople: set('geb naiss nac', 'born'),
    ends: ['birthday', 'birthdate', 'geburtsdatum'],
  },
  {
    ...{ says: 'name', as: 'name' },
    alone: set('name1 name2 nombres'),
    starts: ['familienn', 'famn', 'apellido', 'prenom', 'vornam', 'nachnam'],
    words: set(
      'vname nname vorn nachn vorna apaterno amaterno appaterno apmaterno apellido1 apellido2 nomdefam prenomusuel patronyme fstname lstname firstnm lastnm',
      'fulltnavn fullstendignavn prezime ime imeprezime vezeteknev keresztnev teljesnev nume prenume numefamilie nomusage nomprenom alias accountname clientname benutzer ragionesociale opdrachtgever besteller auftraggeber absender sender kontakt nextofkin guardian invitee firstname fname lastname lname surname forename fullname givenname familyname middlename nickname preferredname legalname birthname maidenname mothermaidenname vorname nachname zuname familienname geburtsname rufname',
      'anzeigename ansprechpartner ansprechpartnerin kontaktperson prenom nomdefamille nomfamille apellido apellidos nombrecompleto primernombre cognome nominativo sobrenome nomecompleto achternaam voornaam tussenvoegsel',
      'contactname contactperson displayname customername personname ownername imie nazwisko imienazwisko jmeno prijmeni soyad soyadi adsoyad isim fornamn efternamn fornavn efternavn etternavn etunimi sukunimi',
      'cardholder cardholdername accountholder recipient recipientname beneficiary signatory addressee emergencycontact kontoinhaber karteninhaber empfanger kundenname custname custnm kdname username1',
    ),
    ofPeople: set(
      'fn ln mn vn nn first last fullnm',
      'name name1 name2 nom nombre nome naam navn namn nimi jmeno ad nazwa title initials author',
    ),
    ends: [
      'nachnam',
      'vornam',
      'inhaber',
      'titulaire',
      'passenger',
      'traveller',
      'firstname',
      'lastname',
      'surname',
      'fullname',
      'nachname',
      'vorname',
      'kundenname',
    ],
  },
  {
    ...{ says: 'address', as: 'redact' },
    alone: set('lat lng lon'),
    words: set(
      'gebort gebland codpostal codpost lieunaissance lugarnacimiento lieunaiss lugarnac adrligne1 adrligne2 stras geocity',
      'anschrift lieferanschrift rechnungsanschrift adresa cim lakcim direccionpostal adressepostale mailingaddress wohnung apartment address addr street streetname addressline addressline1 addressline2 street1 street2 postcode zip zipcode postalcode plz postleitzahl strasse hausnummer hausnr adresse anschrift wohnort wohnadresse calle direccion',
      'domicilio codigopostal codepostal indirizzo endereco rue voie cep2 huisnummer huisnr woonplaats straat straatnaam ulica kodpocztowy adres gatuadress gata postnummer postadress osoite katuosoite ulice psc mahalle',
      'latitude longitude geolocation geolocalisation homelocation gpsposition gps coordinates geopoint latlng latlon birthplace placeofbirth geburtsort deliveryaddress shippingaddress billingaddress',
    ),
    ofPeople: set(
      'poblacion localidad municipio provincia commune departement region suburb wohnsitz str',
      'city town county ort stadt ville ciudad citta cidade cap cp stad miasto sehir lat lng lon location geo village district',
    ),
    ends: ['anschrift', 'wohnung', 'address', 'street', 'adresse', 'strasse', 'adres', 'wohnort'],
  },
  {
    ...{ says: 'login', as: 'hash' },
    words: set(
      'usrname usrnm uname usrlogin logon logonname identifiantconnexion',
      'username loginname login userid handle benutzername benutzerkennung kennung usuario utilisateur nomutilisateur identifiant gebruikersnaam uzytkownik kullaniciadi screenname twitter facebook facebookid googleid',
      'appleid linkedin instagram skype skypeid discord telegram githubuser deviceid deviceuuid imei imsi idfa gaid advertisingid visitorid fingerprint changedby createdby updatedby modifiedby approvedby deletedby loggedby',
    ),
    ends: ['username', 'benutzername'],
  },
  {
    ...{ says: 'trace', as: 'redact' },
    words: set(
      'useragent profileurl avatar avatarurl photo photourl profilepicture picture selfie signature signatureimage fingerprintimage unterschrift passbild',
    ),
  },
  {
    ...{ says: 'special', as: 'redact' },
    starts: ['krankheit', 'staatsang', 'allerg', 'alerg', 'schwanger', 'behinder'],
    words: set(
      'situationfamiliale situationmatrimoniale estadocivil etatcivil nacionalidad nationalite statocivile grossesse embarazo discapacidad handicap sexo',
      'religion konfession ethnicity race gender sex geschlecht nationality nationalitat staatsangehorigkeit maritalstatus civilstatus familienstand disability behinderung pregnancy bloodtype blutgruppe sexualorientation',
      'politicalparty unionmember genero sexe sesso plec cinsiyet',
    ),
  },
  {
    ...{ says: 'pay', as: 'number' },
    ends: ['gehalt', 'lohn', 'einkommen', 'salary'],
    ofPeople: set('sal'),
    words: set(
      'revenu revenus ingreso ingresos entgelt verdienst',
      'sueldo nomina remuneracion remuneration traitement paye salariobruto salaryamt salamt',
      'salary wage income gehalt lohn einkommen salaire salario stipendio wynagrodzenie maas bonus pension',
    ),
  },
  {
    ...{ says: 'text', as: 'redact' },
    ends: ['notiz', 'bemerkung', 'anmerkung', 'kommentar', 'freitext', 'nachricht'],
    starts: ['medikament', 'medicament', 'medicacion', 'befund', 'diagnos', 'anamnes'],
    words: set(
      'nota notas',
      'msg msgs msgtext motif motivo motivoconsulta motifconsultation dx dxtxt anamnesis anamnesi antecedents antecedentes hallazgos sintomas symptomes nachricht mitteilung mensaje texte texto freitexte',
      'answer answers antwort antworten respuesta risposta reponse request requests wish wishes wunsch wunsche sonderwunsch inquiry anfrage review rezension bewertungstext hinweis vermerk napomena megjegyzes observatii beskrivelse memo journal diary statement question note notes comment comments commenttext remark remarks message messages body bodyhtml bodytext subject description bemerkung bemerkungen anmerkung anmerkungen notiz notizen kommentar freitext freetext text',
      'observation observations observaciones observacoes remarque remarques commentaire diagnosis diagnose diagnostic befund anamnese allergies allergien medication medikation symptoms uwagi opmerking opmerkingen poznamka',
      'aciklama not merknad bemaerkning anteckning huomautus biography bio aboutme transcript feedback complaint beschwerde testimonial coverletter motivation cv resume lebenslauf reason begrundung conversation chat',
    ),
  },
];

/** What a name ends with that says something about a thing, and is none of it: `email_verified`, `phone_type`. */
export const aboutThings: ReadonlySet<string> = set(
  'type types typ art kind format verified confirmed enabled disabled active valid status state count counter policy model template templates changed expires expiry expired size length color colour brand class space zoom',
  'required allowed version digital language lang priority level limit quota sent queue template mode option options flag category score rank order index position2 updatedat createdat at',
);

/** Parts that say that a table is of people; without what makes a plural. */
export const peopleTables: ReadonlySet<string> = set(
  'user person people customer client employee member patient contact account profile staff student guest subscriber author kunde klient klienci mitarbeiter benutzer personne personal persona cliente usuario utilisateur anagrafica',
  'pessoa klant klanten medewerker asiakka asiakkaat kunder zakaznik zakaznici musteri kullanici pracownik uzytkownik ansprechpartner patient versicherte bewerber applicant candidate driver teacher tenant owner visitor citizen buyer',
  'locataire bailleur inquilino arrendatario antragsteller vermieter person haushalt heritier etudiante aspirante postulant candidato adress adresse address addres direccion anschrift kontakt stammdaten employe salarie adherent eleve etudiant alumno socio paciente empleado trabajador leden lid schuler cust emp pat acct usr pers stud mbr intervenant beneficiaire',
  'seller donor voter resident lead passenger traveller traveler doctor child children teilnehmer mitglied schuler lehrer mieter',
);

/** Tables that only machines write into. */
export const technicalTables: ReadonlySet<string> = set(
  'migration migrations schema schemas flyway liquibase changelog databasechangelog setting settings config configuration template templates translation translations feature features',
);

/** Parts that say that something is called so: of a person where another part, or the table, says that. */
export const nameParts: ReadonlySet<string> = set('name names nm nom nombre nome naam navn namn nimi nev nume nazwa');
