// The texts of messages in Spanish.

export default {
  // The text message
  messageTitle: "SMS",
  messageLead:
    "En el idioma de la página o aplicación que la pide, si no el del perfil, si no el de abajo, si no en inglés.",
  messageEvery: "En cada mensaje",
  signatureHint: "Las últimas palabras del mensaje, como máximo {n} caracteres, sin enlace.",
  languageOfCountry: "El idioma del país del teléfono",
  languageHint: "Para usuarios sin idioma propio.",
  originHint: "Los teléfonos rellenan la clave solo en este host.",
  // Other channels
  otherWays: "Otras vías",
  otherWaysLead: [
    "Para usuarios a quienes no llegan los SMS. El inicio de sesión ofrece las vías configuradas, con los",
    "mismos límites.",
  ].join(" "),
  voiceHint: [
    "Una llamada dice la clave dos veces, en el idioma del mensaje, desde el número del remitente. Así se",
    "llega también a teléfonos fijos.",
  ].join(" "),
  whatsappHint: [
    "El Content SID de una plantilla de la categoría autenticación aprobada por WhatsApp. Su remitente es",
    "el de «Ajustes de MFA». Vacío: sin WhatsApp.",
  ].join(" "),
  callNeedsNumber: "Antes, el remitente debe ser un número de teléfono.",
  callNotNumber: "El remitente no es un número de teléfono: desactive las llamadas o elija otro remitente.",
  noCaller: "Una llamada necesita un número desde el que hacerse",
  noCallerText: "El remitente no lo es. Elija en «Ajustes de MFA» un número de su cuenta de Twilio que pueda llamar.",
  recoveryTitle: "Recuperación por correo",
  recoveryLead: "Quien haya perdido su teléfono puede recibir una clave en el correo de contacto.",
  emailSenderHint: "Una dirección desde la que Amazon SES puede enviar. Vacío: sin recuperación por correo.",
  // The editor of the texts
  messageIn: "Mensaje en {language}",
  builtInText: "(el texto integrado)",
  textLanguage: "Idioma",
  textField: "Texto",
  textHint: "Se rellenan {code}, {login_name}, {prefix} y {signature}. La línea para autocompletar se añade sola.",
  textReset: "Restablecer el texto integrado",
  textRemove: "Quitar este idioma",
  textAdd: "Añadir un idioma",
  textCannotBe: "Este texto no se puede guardar: {problem}.",
  optionNotSaved: "{language}, sin guardar",
  optionOwn: "{language}, texto propio",
  optionFaulty: "{language}, por corregir",
  textShown: "El texto en {language}",
  inserts: "Insertar",
  insert_code: "Insertar {word}, la clave",
  insert_login_name: "Insertar {word}, el nombre de usuario",
  insert_prefix: "Insertar {word}, la referencia",
  insert_signature: "Insertar {word}, la firma",
  // The judgement of a text
  howItArrives: "Así llega",
  alphabet: "Alfabeto",
  alphabet_GSM: "GSM-7, 160 caracteres por segmento",
  alphabet_UCS: "UCS-2, 70 caracteres por segmento",
  segments: "Segmentos",
  price: "Precio",
  costs_one: "Cuesta {n} mensaje",
  costs_other: "Cuesta {n} mensajes",
  textFine: "Este texto no tiene ningún problema.",
  textUnsaveable: "Este texto no se puede guardar",
  textBetter: "Podría mejorar",
  findingIs: "El texto {problem}.",
  // The dialog that asks for a language
  languageTag: "Etiqueta de idioma",
  languageTagHint: "Como en BCP 47: sv para el sueco, pt-PT para el portugués de Portugal.",
  languageTagAround:
    "Las palabras que la rodean están en estos idiomas: {languages}. Use una etiqueta como en BCP 47: de, pt-PT.",
  languageBegins: "Empieza con el texto en inglés, para que usted lo traduzca.",
  languageAdd: "Añadir",
  languageKnown: "Este idioma ya está en la lista: {language}.",
  languageNotTag: "Eso no es una etiqueta de idioma. Use una como sv o pt-PT.",
  languageNotAround: "No hay confirmaciones en {language}. Esos usuarios reciben la inglesa.",
  // Findings about a text: each goes on from its name
  finding_no_code: "debe contener {code}",
  finding_code_twice: "debe contener {code} una sola vez: los teléfonos rellenan la única clave de un mensaje",
  finding_no_prefix: "debe contener {prefix}, que indica a qué inicio de sesión pertenece el mensaje",
  finding_unknown_placeholder: "no debe contener {about}; se rellenan {code}, {login_name}, {prefix}, {signature}",
  finding_unbalanced_brace: "no debe contener una llave suelta; escriba {{ o }} para que se vea una",
  finding_code_not_alone: "debe separar {code} de letras, dígitos y signos con un espacio o un salto de línea",
  finding_prefix_beside_code: "debe tener una palabra o un salto de línea entre {prefix} y {code}",
  finding_link: "no debe contener un enlace, ni lo que los teléfonos convierten en uno, como un punto ante una palabra",
  finding_digits:
    "no debe contener cuatro dígitos, ni uno junto a {login_name} o {signature}: podrían pasar por una clave",
  finding_control_characters:
    "no debe contener tabulaciones, caracteres de control ni marcas de dirección de escritura",
  finding_line_breaks:
    "no debe empezar ni terminar con un espacio o salto de línea, ni tener dos líneas vacías seguidas",
  finding_reserved_line: "no debe empezar ninguna línea con @: la última línea, @host #code, se añade",
  finding_too_long: "debe dar un mensaje de {about} caracteres como máximo",
  finding_too_many_segments: "debe caber en {about} segmentos",
  finding_no_signature: "no contiene {signature}",
  finding_no_login_name: "no contiene {login_name}",
  finding_ucs2: "solo cabe a 70 caracteres por segmento en lugar de 160, por {about}",
  letterInstead: "{letter} (escriba {instead})",
  blank: "un espacio",
  // Findings about the sentence of an action type, where they are others
  finding_parameter_name: [
    "no debe contener {about}: el nombre de un parámetro tiene de 1 a 32 minúsculas, dígitos y _, y",
    "empieza por una letra",
  ].join(" "),
  finding_parameter_reserved: "no debe contener {about}, que significa otra cosa en un token",
  finding_too_many_parameters: "debe tener como máximo {about} parámetros",
  finding_other_parameters: "debe contener los mismos parámetros que en: {about}",
  finding_no_words: "debe decir con palabras propias qué se confirma",
  finding_autofill:
    "no debe empezar con @ ni contener # ante un dígito o un parámetro: los teléfonos rellenarían una clave con ello",
  finding_call_too_long: "es demasiado largo para una llamada con los valores más largos",
  finding_unquoted: "no pone {about} entre comillas dobles, así que un valor puede leerse como palabras suyas",
  finding_deed_digits:
    "no debe contener cuatro dígitos, que podrían pasar por una clave, ni un parámetro junto a un dígito o a otro",
  finding_deed_control_characters:
    "no debe contener saltos de línea, tabulaciones, caracteres de control ni marcas de dirección de escritura",
  finding_deed_line_breaks: "no debe empezar ni terminar con un espacio, ni empezar con un signo combinado",
  finding_deed_too_many_segments: "debe caber en {about} segmentos con valores de 60 letras de cualquier alfabeto",
};
