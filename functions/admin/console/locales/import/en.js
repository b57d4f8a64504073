// The import of users in English.

export default {};
