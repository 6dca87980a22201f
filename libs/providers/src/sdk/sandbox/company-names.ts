import type { Employee } from './company.js';

export type Department = Employee['department'];

/** First and last names as they are found together; people get both from one list, mostly. */
export interface NameList {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** Lists by the language people would say them in. */
export const NAMES: Readonly<Record<string, NameList>> = {
  english: {
    first: words('Alice Grace Hannah Megan Nora Ruth Owen Caleb Miles Trevor Wesley Peter Joanna Kirsty Elliot Dale'),
    last: words(
      'Whitaker Langley Marsh Holloway Brewster Caldwell Fenwick Prescott Radcliffe Thornton Ainsley Barlow Crane Dawson Mercer Sutton',
    ),
  },
  german: {
    first: words('Anke Birgit Franziska Greta Heike Jana Katrin Lukas Moritz Nils Ralf Stefan Tobias Ulrich Jürgen Käthe'),
    last: words('Albrecht Brandt Dietrich Eckert Fuchs Gärtner Hartwig Jäger Krämer Lindner Neumann Oswald Pfeiffer Reuter Schröder Vogt'),
  },
  chinese: {
    first: words('Wei Jing Xiaoming Lihua Meiling Junjie Yanting Haoran Siew Boon Kai Huimin Zhihao Xinyi'),
    last: words('Chen Lim Tan Wong Zhang Liu Huang Goh Koh Teo Ng Ong Yeo Zhao'),
  },
  indian: {
    first: words('Aarav Ananya Deepak Divya Gopal Ishaan Kavita Lakshmi Meera Nikhil Priya Rahul Sanjay Vikram'),
    last: words('Agarwal Banerjee Chatterjee Deshmukh Iyer Joshi Kulkarni Menon Nair Pillai Rao Sharma Subramanian Verma'),
  },
  malay: {
    first: words('Aisyah Farid Hafiz Iskandar Nurul Rahim Siti Zulkifli'),
    last: words('Abdullah Hamzah Ismail Osman Rashid Salleh Yusof Zainal'),
  },
  spanish: {
    first: words('Alejandra Beatriz Camila Diego Emilio Gabriela Hernán Joaquín Lucía Marisol Néstor Paloma Rodrigo Ximena'),
    last: words('Aguilar Benítez Cárdenas Delgado Escobar Figueroa Guzmán Herrera Ibáñez Morales Núñez Ortega Quintero Salazar'),
  },
  african: {
    first: words('Abena Adaeze Amara Chidi Emeka Fatou Kofi Kwame Ngozi Oluwaseun Tendai Thandiwe Wanjiru Zola'),
    last: words('Adeyemi Asante Boateng Chukwu Diallo Eze Kamau Mensah Mwangi Ndlovu Nkosi Okafor Otieno Sow'),
  },
  slavic: {
    first: words('Agnieszka Bohdan Daria Dušan Ewa Goran Iveta Jakub Ksenia Marek Milena Oksana Petar Zuzana'),
    last: words(
      'Bielak Dvořák Horvat Jankowski Kovač Kravchenko Lewandowska Marković Novotná Pavlenko Sokol Szymański Tkachenko Zieliński',
    ),
  },
  arabic: {
    first: words('Amina Bilal Dalia Faisal Hana Idris Khalid Layla Mariam Nadia Omar Rania Samir Yasmin'),
    last: words('Bakir Darwish Fakhouri Habib Jaber Khoury Mansour Nasser Qasim Saleh Shadid Tawfiq Younes Zaidi'),
  },
  nordic: {
    first: words('Astrid Bjørn Eirik Elin Freja Håkon Ingrid Lars Maja Nikolaj Sigrid Søren Tuva Åsa'),
    last: words('Aalto Bergström Dahl Eklund Hansen Holm Jørgensen Lindqvist Nygård Østergaard Rasmussen Sandvik Strand Virtanen'),
  },
  east: {
    first: words('Akira Haruka Jiho Kenji Linh Minh Minseo Naoko Sakura Seojun Takumi Thuy Yuki Yuna'),
    last: words('Fujita Hayashi Ito Kang Kimura Lee Mori Nguyen Okada Park Pham Sato Tran Yoon'),
  },
};

/** Which lists the people of an office come from; a list named twice is twice as likely. */
export const NAMES_OF_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  US: ['english', 'english', 'english', 'spanish', 'spanish', 'african', 'indian', 'chinese', 'arabic', 'east', 'slavic', 'nordic'],
  DE: ['german', 'german', 'german', 'german', 'slavic', 'slavic', 'arabic', 'nordic', 'spanish', 'indian'],
  SG: ['chinese', 'chinese', 'chinese', 'indian', 'indian', 'malay', 'malay', 'east', 'english'],
};

/** Departments with their share of the company and their titles, the senior first: about one in eight gets it. */
export const DEPARTMENTS: readonly { readonly name: Department; readonly share: number; readonly titles: readonly string[] }[] = [
  {
    name: 'Engineering',
    share: 0.34,
    titles: ['Engineering Manager', 'Senior Software Engineer', 'Software Engineer', 'Test Engineer', 'Product Designer'],
  },
  {
    name: 'Sales',
    share: 0.2,
    titles: ['Regional Sales Director', 'Account Executive', 'Sales Engineer', 'Sales Development Representative'],
  },
  { name: 'Support', share: 0.14, titles: ['Support Lead', 'Support Engineer', 'Customer Success Manager'] },
  { name: 'Finance', share: 0.1, titles: ['Controller', 'Accountant', 'Accounts Payable Specialist', 'Financial Analyst'] },
  { name: 'IT', share: 0.08, titles: ['IT Manager', 'Systems Administrator', 'Service Desk Analyst'] },
  { name: 'People', share: 0.08, titles: ['Head of People', 'Recruiter', 'People Partner'] },
  { name: 'Legal', share: 0.06, titles: ['General Counsel', 'Legal Counsel', 'Contract Manager'] },
];

/** What people open in the morning, by department; the first ones most. */
export const APPS_OF: Readonly<Record<Department, readonly string[]>> = {
  Engineering: ['Slack', 'GitHub', 'Jira', 'Google Workspace', 'AWS Console', 'Zoom'],
  Sales: ['Salesforce', 'Slack', 'Docusign', 'Google Workspace', 'Zoom', 'LinkedIn Sales Navigator'],
  Support: ['Zendesk', 'Slack', 'Jira', 'Google Workspace', 'Zoom'],
  Finance: ['NetSuite', 'Google Workspace', 'Docusign', 'Slack', 'Expensify', 'Box'],
  IT: ['Okta Admin Console', 'ServiceNow', 'Slack', 'Jira', 'Google Workspace', 'Docusign'],
  People: ['Workday', 'Docusign', 'Slack', 'Google Workspace', 'Zoom'],
  Legal: ['Docusign', 'NetDocuments', 'Box', 'Slack', 'Google Workspace'],
};

/** Kinds of document each department works with; those that have none send none. */
export const DOCUMENTS_OF: Readonly<Partial<Record<Department, readonly string[]>>> = {
  Sales: ['Order form', 'Mutual NDA', 'Renewal', 'Statement of work'],
  Finance: ['Purchase order', 'Supplier agreement', 'Payment authorization', 'Audit confirmation'],
  People: ['Offer letter', 'Employment agreement', 'Benefits election', 'Policy acknowledgement'],
  Legal: ['Mutual NDA', 'Master services agreement', 'Data processing agreement', 'Amendment'],
};

/** Other parties on those documents; all made up. */
export const CUSTOMERS: readonly string[] = [
  'Aldermoor Dairies',
  'Brightwell Rail',
  'Cobalt Harbour',
  'Dunmore Clinics',
  'Eastgate Foods',
  'Fjellheim Energi',
  'Gantry & Sons',
  'Hollis Bookshops',
  'Ivory Coast Textiles',
  'Juniper Freight',
  'Kestrel Optics',
  'Lumen Orchards',
  'Marlow Paper',
  'Northcote Schools',
  'Ottersea Shipping',
  'Pinehurst Dental',
];

/** Letters that losing their accent does not turn into ASCII. */
const SPELLINGS: Readonly<Record<string, string>> = { ø: 'o', å: 'a', ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ł: 'l', đ: 'd', æ: 'ae' };

/** A name as it stands in an e-mail address: lower case, ASCII letters only. */
export function mailName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[øåäöüßłđæ]/g, (letter) => SPELLINGS[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
