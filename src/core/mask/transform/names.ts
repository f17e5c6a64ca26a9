/** Names that are nobody's: the most common ones of several countries, in ASCII, which every encoding has. */
export const firstNames: readonly string[] = (
  'Ada Adam Agnes Aisha Albert Alexander Alice Amelia Amir Ana Andrea Anja Anna Anton Arthur Astrid Aylin Barbara Beatrice Ben Bianca Boris Bruno Camille Carla Carlos ' +
  'Caroline Chen Chiara Clara Claire Conrad Dana Daniel Daria David Deniz Diana Diego Dora Edgar Edith Elena Eli Elif Elisa Ella Emil Emilia Emma Enzo Erik Esther Eva Felix ' +
  'Fiona Flora Frank Freya Gabriel Georg Gina Greta Gustav Hana Hanna Hans Helena Henry Hugo Ida Igor Ines Ingrid Irene Isabel Ivan Ivo Jack Jakob Jan Jana Jasmin Johan Jonas ' +
  'Jorge Josef Julia Julian Kai Karim Karin Karl Katja Klara Lara Lars Laura Layla Lea Leo Leon Lena Lina Linda Louis Luca Lucia Luis Luna Magda Maja Marco Maria Marie Mark ' +
  'Marta Martin Mateo Max Maya Mia Mila Milan Mina Mira Mona Nadia Naomi Nico Nils Nina Noah Noor Nora Olaf Olga Oliver Omar Oscar Otto Pablo Paul Paula Pedro Peter Petra Pia ' +
  'Rafael Rana Robert Roman Rosa Ruben Ruth Samir Samuel Sara Sasha Selma Simon Sofia Stefan Sven Tara Theo Thomas Tim Tina Tobias Tom Uma Valentin Vera Victor Viola Walter ' +
  'Wanda Xenia Yara Yusuf Zoe'
).split(' ');

export const lastNames: readonly string[] = (
  'Abel Acker Adler Ahmed Albers Alder Amann Andersen Arnold Ashby Bach Bacher Baker Barros Bauer Becker Beck Benson Berger Bianchi Bishop Blake Bloom Boone Brandt Braun Brown ' +
  'Bruns Burke Busch Cabral Campos Carter Castro Chan Clark Cohen Cole Conti Cooper Costa Cruz Dahl Dalton Davies Decker Dias Diaz Dietrich Dixon Dubois Duran Ebert Eder Ellis ' +
  'Engel Ernst Esposito Evans Faber Farkas Ferrari Fischer Fleming Flores Fontana Ford Foster Franke Frost Fuchs Gallo Garcia Gerber Gibson Gomez Graf Grant Greco Green Gruber ' +
  'Haas Hahn Hale Hansen Harris Hartmann Hayes Heller Hermann Herrera Hill Hofer Hoffmann Holm Horn Horvat Hughes Ibrahim Ito Jansen Jensen Jung Kaiser Kaya Keller Kelly Kern ' +
  'King Klein Koch Kovacs Kramer Kraus Kruger Kuhn Lang Larsen Lehmann Leone Lindberg Lopez Lorenz Lowe Ludwig Lund Mancini Marsh Martens Marx Mason Maurer Mayer Meier Mendes ' +
  'Meyer Miller Molina Moore Morel Moreno Moser Muller Murphy Nagel Nagy Nielsen Noll Novak Nowak Olsen Ortega Ott Owens Palmer Parker Pereira Perez Petersen Pfeiffer Pohl ' +
  'Ramos Reed Reis Richter Ricci Rivera Roberts Rojas Romano Rossi Roth Russo Ryan Sanchez Santos Sato Sauer Schmidt Schneider Schulz Seidel Silva Simon Smith Sommer Stein ' +
  'Stone Suzuki Tanaka Thomas Torres Turner Vargas Vega Vogel Voss Wagner Walker Wang Weber Weiss Wells Werner West White Winter Wolf Wood Wright Yilmaz Young Zeller Ziegler'
).split(' ');
