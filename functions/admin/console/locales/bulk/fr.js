// Changes of many users in French.

export default {};
