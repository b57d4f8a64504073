// Changes of many users in English.

export default {};
