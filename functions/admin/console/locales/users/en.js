// The list of users in English.

export default {};
